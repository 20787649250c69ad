using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Quickstart;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Every method with both crops and several seeds, beside an encoder with random weights, by nearest neighbours on images of a test folder.</summary>
internal sealed class MethodComparison(string data, string csv, int epochs, int imageCount, int queryCount, int seeds)
{
    private const string Random = "random", Baseline = "RandomResizedCrop", Joint = "JointCrop(0)";

    // Which images are kept is no part of what varies.
    private const int SubsetSeed = 1;

    private const int LargestSide = 64;

    public int Execute()
    {
        var mlContext = new MLContext(SubsetSeed);
        ImageFolder folder = ImageFolder.Read(mlContext, data, imageCount, SubsetSeed);
        LabelledImage[] queries = [.. Enumerable.Range(0, Math.Min(queryCount, folder.Test.Count)).Select(i => folder.Test[(int)((long)i * folder.Test.Count / Math.Min(queryCount, folder.Test.Count))])];
        int side = Side(folder.Train[0].ImagePath);
        Console.WriteLine($"{folder.Train.Count} images, {queries.Length} queries, {side} x {side} pixels, {epochs} epochs of {folder.Train.Count / ShortRunSettings.BatchSize} steps");

        CropStep baseline = new RandomResizedCrop { OutputSize = new(side, side) }, joint = new JointCrop { OutputSize = new(side, side) };
        List<MethodRow> rows = Completed();
        for (int seed = 1; seed <= seeds; seed++)
        {
            Run(Random, ShortRunSettings.All[0], Baseline, baseline, seed, epochsOfRun: 0);
            foreach (ShortRunSettings settings in ShortRunSettings.All)
            {
                Run(settings.Name, settings, Baseline, baseline, seed, epochs);
                Run(settings.Name, settings, Joint, joint, seed, epochs);
            }
        }

        Summarise(rows);
        Console.WriteLine(Hardware.Description);
        return 0;

        void Run(string name, ShortRunSettings settings, string cropName, CropStep crop, int seed, int epochsOfRun)
        {
            if (rows.Any(row => (row.Method, row.Crop, row.Seed, row.Epochs) == (name, cropName, seed, epochsOfRun)))
                return;
            MethodRow row = Measure(mlContext, folder.Train, queries, name, settings, cropName, crop, seed, epochsOfRun);
            rows.Add(row);
            File.AppendAllText(csv, $"{row}\n");
            Console.WriteLine(row);
        }
    }

    private static MethodRow Measure(
        MLContext mlContext, IReadOnlyList<LabelledImage> images, IReadOnlyList<LabelledImage> queries, string name, ShortRunSettings settings,
        string cropName, CropStep crop, int seed, int epochs)
    {
        IDataView train = mlContext.Data.LoadFromEnumerable(images);
        double loss = double.NaN;
        long start = Stopwatch.GetTimestamp();
        try
        {
            using ContrastiveEncoderTransformer encoder = SmallPretraining.Fit(
                seed, train, crop, settings.Method, settings.Optimizer, ShortRunSettings.BatchSize, epochs, monitoredImages: 0, metrics => loss = metrics.Loss);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Dictionary<string, int> classes = images.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal).Index().ToDictionary(c => c.Item, c => c.Index);
            var neighbours = new NearestNeighbourClassifier(Features(mlContext, encoder, train), Labels(images, classes), classCount: classes.Count);
            double knn = neighbours.Classify(Features(mlContext, encoder, mlContext.Data.LoadFromEnumerable(queries))).Accuracy(Labels(queries, classes));
            return new MethodRow(name, cropName, seed, epochs, knn, loss, seconds);
        }
        catch (NonFiniteLossException)
        {
            // An outcome like any other: the rest of the table must not wait for it.
            return new MethodRow(name, cropName, seed, epochs, double.NaN, double.NaN, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private static int[] Labels(IReadOnlyList<LabelledImage> images, Dictionary<string, int> classes) => [.. images.Select(image => classes[image.Label])];

    private static float[] Features(MLContext mlContext, ContrastiveEncoderTransformer encoder, IDataView rows)
    {
        IDataView encoded = encoder.Transform(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath").Fit(rows).Transform(rows));
        return [.. encoded.GetColumn<float[]>(encoder.OutputColumnName).SelectMany(features => features)];
    }

    private static int Side(string path)
    {
        using SKCodec first = SKCodec.Create(path) ?? throw new InvalidDataException($"'{path}' is not an image.");
        return Math.Min(LargestSide, Math.Min(first.Info.Width, first.Info.Height));
    }

    private List<MethodRow> Completed()
    {
        if (File.Exists(csv))
            return [.. File.ReadLines(csv).Skip(1).Where(line => line.Length > 0).Select(MethodRow.Parse)];
        Directory.CreateDirectory(Path.GetDirectoryName(csv)!);
        File.WriteAllText(csv, $"{MethodRow.Header}\n");
        return [];
    }

    private void Summarise(IReadOnlyList<MethodRow> rows)
    {
        Console.WriteLine($"\nNearest-neighbour accuracy, %: mean ± standard deviation over seeds. Random encoder: {Show(Of(rows, Random, Baseline, 0))}\n");
        Console.WriteLine($"| method | {Baseline} | {Joint} | difference of the same seeds |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (string method in ShortRunSettings.All.Select(settings => settings.Name))
        {
            MethodRow[] baseline = Of(rows, method, Baseline, epochs), joint = Of(rows, method, Joint, epochs);
            double[] differences = [.. joint.Join(baseline, row => row.Seed, row => row.Seed, (a, b) => a.Knn - b.Knn)];
            Console.WriteLine($"| {method} | {Show(baseline)} | {Show(joint)} | {Show(differences)} |");
        }
    }

    private static MethodRow[] Of(IReadOnlyList<MethodRow> rows, string method, string crop, int epochs) =>
        [.. rows.Where(row => (row.Method, row.Crop, row.Epochs) == (method, crop, epochs))];

    private static string Show(MethodRow[] rows) => Show([.. rows.Select(row => row.Knn)]);

    private static string Show(double[] values)
    {
        double mean = values.Average();
        double deviation = values.Length < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F1} ± {100 * deviation:F1}");
    }
}
