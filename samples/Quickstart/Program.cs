// The README's first command: from images without labels to features that a linear classifier needs few labels for.
//
//   dotnet run -c Release --project samples/Quickstart [-- --data DIR --output DIR …]

using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Transforms.Image;
using Quickstart;
using SkiaSharp;

var data = new Option<DirectoryInfo>("--data") { Description = "A folder of class folders, or of two of them named train and test. Default: the garments that come with the repository." };
var output = new Option<DirectoryInfo>("--output") { Description = "Where the results go.", DefaultValueFactory = _ => new("artifacts/quickstart") };
var seed = new Option<int>("--seed") { Description = "Seed of the training and of the draws of the labels.", DefaultValueFactory = _ => 1 };
var draws = new Option<int>("--draws") { Description = "How often the labelled images are drawn.", DefaultValueFactory = _ => 10 };
var imageSize = new Option<int?>("--image-size") { Description = "Side of the images that the encoder sees, in pixels. Default: the side of the first image, at most 64." };
var mostImages = new Option<int?>("--most-images") { Description = "Learn from at most so many images, the same number of each class. Default: all." };
data.AcceptExistingOnly();
draws.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 2)
        result.AddError("--draws must be at least 2: the table shows a standard deviation.");
});

var epochs = new Option<int>("--epochs") { Description = "Passes over the images in each pretraining.", DefaultValueFactory = _ => 5 };
epochs.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
        result.AddError("--epochs must be at least 1.");
});
var command = new RootCommand("Pretrains an encoder on images without labels, and shows what it is worth when labels are few.") { data, output, seed, draws, imageSize, mostImages, epochs };
command.SetAction(arguments =>
{
    try
    {
        return Run(
            arguments.GetValue(data)?.FullName, arguments.GetValue(output)!.FullName, arguments.GetValue(seed), arguments.GetValue(draws),
            arguments.GetValue(imageSize), arguments.GetValue(mostImages), arguments.GetValue(epochs)!);
    }
    catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();

static int Run(string? data, string output, int seed, int draws, int? imageSize, int? mostImages, int epochs)
{
    var clock = Stopwatch.StartNew();
    Directory.CreateDirectory(output);
    if (data is null)
    {
        data = Path.Combine(output, "images");
        SceneFolder.EnsureWritten(data);
    }

    var mlContext = new MLContext(seed);
    ImageFolder images = ImageFolder.Read(mlContext, data, mostImages, seed);
    using SKCodec first = SKCodec.Create(images.Train[0].ImagePath) ?? throw new InvalidDataException($"'{images.Train[0].ImagePath}' is not an image.");
    int side = imageSize ?? Math.Min(64, Math.Min(first.Info.Width, first.Info.Height));
    Console.WriteLine($"{images.Train.Count} images to learn from, {images.Test.Count} to test on, {side} x {side} pixels, in {data}");
    SaveExamples(images.Test, side, Path.Combine(output, "images.png"));
    PositivePairs.SaveSheet(mlContext, images.Train, side, Path.Combine(output, "pairs.png"));

    int[] labelCounts = [10, 100];
    var fewLabels = new FewLabels(images.Train, labelCounts, draws, seed);
    var report = new Report(labelCounts);
    IDataView train = mlContext.Data.LoadFromEnumerable(images.Train), test = mlContext.Data.LoadFromEnumerable(images.Test);
    IDataView labelled = mlContext.Data.LoadFromEnumerable(fewLabels.Labelled);

    // The three channels of a grey image are equal: one of them says as much in a third of the time.
    bool grey = first.Info.ColorType == SKColorType.Gray8;
    var pixels = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
        .Append(mlContext.Transforms.ResizeImages("Image", side, side))
        .Append(mlContext.Transforms.ExtractPixels("Features", "Image", grey ? ImagePixelExtractingEstimator.ColorBits.Red : ImagePixelExtractingEstimator.ColorBits.Rgb));
    Evaluate("pixels", "pixels", pixels.Fit(train));

    foreach ((string key, string description, bool joint, int epochsOfArm) in ((string, string, bool, int)[])[
        ("random", "random encoder", true, 0), ("independent", "SimCLR, RandomResizedCrop", false, epochs), ("joint", "SimCLR, JointCrop(0)", true, epochs)])
    {
        Console.WriteLine($"{description} ...");
        using ContrastiveEncoderTransformer encoder = Pretraining.Fit(mlContext, train, joint, side, epochsOfArm);
        var encoding = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath").Append(encoder.AsEstimator());
        Evaluate(key, description, encoding.Fit(train));
        if (key == "joint")
            Save(encoder);
    }

    report.Print(draws);
    report.Save(Path.Combine(output, "metrics.json"), clock.Elapsed.TotalSeconds);
    Console.WriteLine($"{clock.Elapsed.TotalSeconds:F0} s; see {output}");
    return 0;

    // A classifier on all drawn labels, with everything that stands before it, in one file that ML.NET opens without this library.
    void Save(ContrastiveEncoderTransformer encoder)
    {
        var classification = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(encoder.AsEstimator())
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Features"))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        mlContext.Model.Save(classification.Fit(labelled), labelled.Schema, Path.Combine(output, "model.mlnet"));
        encoder.ExportToOnnx(Path.Combine(output, "encoder.onnx"));
    }

    void Evaluate(string key, string description, ITransformer features)
        => report.Add(key, description, fewLabels.Evaluate(Features(features, labelled), Features(features, test)));

    List<LabelledFeatures> Features(ITransformer features, IDataView rows)
        => [.. mlContext.Data.CreateEnumerable<LabelledFeatures>(features.Transform(rows), reuseRowObject: false)];
}

// Ten images of each of the first ten classes, a row a class.
static void SaveExamples(IReadOnlyList<LabelledImage> images, int side, string path)
{
    const int Shown = 10, Gap = 2;
    int tile = 2 * side, step = tile + Gap;
    LabelledImage[][] rows = [.. images.GroupBy(image => image.Label).Take(Shown).Select(row => row.Take(Shown).ToArray()).Where(row => row.Length == Shown)];
    if (rows.Length == 0)
        return;

    using var sheet = new SKBitmap((Shown * step) + Gap, (rows.Length * step) + Gap);
    using (var canvas = new SKCanvas(sheet))
    {
        canvas.Clear(SKColors.White);
        for (int i = 0; i < rows.Length * Shown; i++)
        {
            using SKBitmap image = SKBitmap.Decode(rows[i / Shown][i % Shown].ImagePath);
            canvas.DrawBitmap(image, SKRect.Create(Gap + (i % Shown * step), Gap + (i / Shown * step), tile, tile));
        }
    }

    using FileStream file = File.Create(path);
    sheet.Encode(file, SKEncodedImageFormat.Png, 100);
}
