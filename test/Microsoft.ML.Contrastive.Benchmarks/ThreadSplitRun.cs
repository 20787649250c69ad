using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>
/// Whether rendering and torch share the cores well: SimCLR of ResNet-18 at a quarter of its width, where rendering weighs most, with the cores split in several ways. The splits take turns, a process each,
/// as libgomp reads how long its threads spin when it is loaded; each round begins with another one.
/// </summary>
internal static class ThreadSplitRun
{
    private const int Epochs = 3, LargestSmallImage = 96;
    private const string Name = "epoch_seconds", Waiting = "waiting_share";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Execute(int rounds, int[] sides, string output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var results = new List<object>();
        foreach (int side in sides)
        {
            using SyntheticImages files = SyntheticImages.WriteJpegs(ImagesOf(side), side);
            ThreadSplit[] splits = [.. ThreadSplit.All];
            (double[] Seconds, double[] Waited)[] figures = [.. splits.Select(_ => (new double[rounds], new double[rounds]))];
            for (int round = 0; round < rounds; round++)
            {
                for (int turn = 0; turn < splits.Length; turn++)
                {
                    int i = (turn + round) % splits.Length;
                    (figures[i].Seconds[round], figures[i].Waited[round]) = Train(files.Folder, side, splits[i]);
                }
            }

            Console.WriteLine($"| {side} pixels | seconds an epoch | times the trainer's choice | waiting for data |");
            Console.WriteLine("|---|---:|---:|---:|");
            foreach ((ThreadSplit split, (double[] seconds, double[] waited)) in splits.Zip(figures))
            {
                double ratio = PairedRatios.Median(seconds.Zip(figures[0].Seconds, (own, chosen) => own / chosen));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {split} | {PairedRatios.Median(seconds):F2} | {ratio:F2} | {PairedRatios.Median(waited):P1} |"));
                results.Add(new { Side = side, split.Render, split.Torch, split.SpinCount, Ratio = ratio, Seconds = seconds, Waiting = waited });
            }

            Console.WriteLine();
        }

        Console.WriteLine($"Median of {rounds} rounds. {Hardware.DescriptionWithoutTorch}");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        File.WriteAllText(output, JsonSerializer.Serialize(new { Hardware = Hardware.DescriptionWithoutTorch, Results = results }, Indented));
        return 0;
    }

    /// <summary>Trains in this process; the first epoch decodes, compiles and warms up, and does not count.</summary>
    public static int Measure(string folder, int side, int? renderThreads, int? torchThreads)
    {
        var epochs = new List<EpochMetrics>();
        using var encoder = SmallPretraining.Fit(
            seed: 1, new MLContext().Contrastive().LoadImagesFromFolder(folder), new JointCrop { OutputSize = new(side, side) }, new SimClr { Temperature = 0.2 },
            new Sgd { LearningRate = 0.1 }, BatchOf(side), Epochs, monitoredImages: 0, epochs.Add,
            Backbone.ResNet18(side <= LargestSmallImage ? Stem.Cifar : Stem.ImageNet, widthMultiplier: 0.25), renderThreads, torchThreads);
        EpochMetrics[] counted = [.. epochs.Skip(1)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name} {counted.Average(e => ImagesOf(side) / e.ImagesPerSecond):F4}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Waiting} {counted.Average(e => e.WaitingForData):F4}"));
        return 0;
    }

    private static (double Seconds, double Waiting) Train(string folder, int side, ThreadSplit split)
    {
        string[] arguments = ["threads", "--folder", folder, "--size", side.ToString(CultureInfo.InvariantCulture), .. split.Arguments];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        start.Environment["GOMP_SPINCOUNT"] = split.SpinCount.ToString(CultureInfo.InvariantCulture);
        start.Environment.Remove("OMP_NUM_THREADS");
        start.Environment.Remove("OMP_WAIT_POLICY");
        using Process child = Process.Start(start)!;
        Dictionary<string, double> figures = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture));
        child.WaitForExit();
        return child.ExitCode == 0 ? (figures[Name], figures[Waiting]) : throw new InvalidOperationException($"A training of '{split}' ended with exit code {child.ExitCode}.");
    }

    private static int BatchOf(int side) => side <= LargestSmallImage ? 64 : 32;

    /// <summary>So many that an epoch takes some seconds.</summary>
    private static int ImagesOf(int side) => BatchOf(side) * (side <= LargestSmallImage ? 16 : 8);
}
