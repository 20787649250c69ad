using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The formulas of docs/scaling.md against measurements at several numbers of images, and what they say of larger data.</summary>
internal static class ScalingRun
{
    private const double Mebibyte = 1 << 20, Tebibyte = 1024 * 1024 * Mebibyte;

    public static int Execute(int[] counts, int side)
    {
        foreach (int count in counts)
        {
            using SyntheticImages files = SyntheticImages.WriteJpegs(count, side);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} images of {side} x {side} pixels"));
            Console.WriteLine();
            Console.WriteLine("| | unit | predicted | measured | measured / predicted |");
            Console.WriteLine("|---|---|---:|---:|---:|");
            Run("scaling", "--folder", files.Folder, "--size", side.ToString(CultureInfo.InvariantCulture));
            Console.WriteLine();
            Run("startup", "--folder", files.Folder);
            Console.WriteLine();
        }

        StepMemory();
        Project();
        Console.WriteLine();
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    /// <summary>One line of the table.</summary>
    public static void Line(string name, string unit, double predicted, double measured) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {unit} | {predicted:G4} | {measured:G4} | {measured / predicted:F2} |"));

    private static void Run(params string[] arguments)
    {
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments))!;
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with {child.ExitCode}.");
    }

    /// <summary>What a training of ResNet-18 keeps beside the images, the most that a step needs, and a checkpoint.</summary>
    private static void StepMemory()
    {
        const int Side = 32, Batch = 64;
        Seams.TorchRuntime.EnsureLoaded();
        using TrainingModule method = Seams.TorchInitialization.FromSeed(1, () => new SimClr().Create(Backbone.ResNet18(Stem.Cifar)));
        Seams.ChannelsLast.Apply(method);
        var schedule = new TrainingSchedule(1, Batch, 1, new Sgd(), new CosineSchedule { WarmupEpochs = 0 });
        using OptimizerState optimizer = schedule.Optimizer.Create(method.TrainableParameters(), schedule.PeakLearningRate);
        var training = new TrainingState(method, optimizer);
        var step = new TrainingStep(training, schedule, torch.CPU);
        using var batch = new ViewBatch([new ImageSize(Side, Side), new ImageSize(Side, Side)], Batch);
        using var few = new ViewBatch([new ImageSize(Side, Side), new ImageSize(Side, Side)], 2);
        step.BeginEpoch(default);
        _ = step.Add(few, new TrainingPosition(0, int.MaxValue, 1));        // The kernels are loaded now.
        double parameters = method.TrainableParameters().Sum(p => p.Parameter.numel()), before = Status("VmRSS");
        _ = step.Add(batch, new TrainingPosition(0, int.MaxValue, 1));
        Console.WriteLine($"SimCLR's step, ResNet-18, {Batch} images of {Side} x {Side} pixels, and a checkpoint of it");
        Console.WriteLine();
        Console.WriteLine("| | unit | predicted | measured | measured / predicted |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        Line("activations at the peak", "MiB", 4.0 * ResNet18Activations(Side) * 2 * Batch / Mebibyte, (Status("VmHWM") - before) / Mebibyte);

        string folder = Directory.CreateTempSubdirectory("contrastive-benchmark-").FullName;
        Checkpoint.Write(folder, training, new CheckpointState { Version = CheckpointState.CurrentVersion, Progress = default, Seed = 1, BestEpoch = null, Configuration = [], Metrics = [] });
        Line("checkpoint", "MiB", 4 * 2 * parameters / Mebibyte, Directory.GetFiles(folder).Sum(f => new FileInfo(f).Length) / Mebibyte);
        Directory.Delete(folder, recursive: true);
        Console.WriteLine();
    }

    /// <summary>
    /// Floats that backward needs of one view: for each convolution its output, which batch norm reads, and what comes out behind it, which the next one reads; for a shortcut its
    /// convolution's output. In units of side²: 64 channels at full size, then twice the channels and a quarter of the places.
    /// </summary>
    private static double ResNet18Activations(int side) => (64 * (2 + 8) + ((32 + 16 + 8) * (8 + 1))) * (double)side * side;

    /// <summary>What the formulas say of larger data, for files as large as ImageNet's on average.</summary>
    private static void Project()
    {
        const int MeanWidth = 500, MeanHeight = 375, Reduced = 256, View = 224;
        const double HoursToSeconds = 3600;
        using SyntheticImages files = SyntheticImages.WriteJpegs(100, (int)Math.Sqrt(MeanWidth * MeanHeight));
        UnitCosts costs = UnitCosts.Measure(Directory.GetFiles(files.Folder), View);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"One core: header {1e6 * costs.Header:F0} us, decoding {MeanWidth} x {MeanHeight} pixels {1e3 * costs.Decode:F2} ms, a view of {View} pixels {1e3 * costs.View:F2} ms."));
        Console.WriteLine();
        Console.WriteLine("| images | store, TiB | store at 256, TiB | rows in memory, GiB | headers, core hours | decoding, core hours | rendering 2 views, core hours an epoch |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        foreach (double images in new[] { 1_281_167.0, 100e6 })
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {images:N0} | {images * MeanWidth * MeanHeight * 3 / Tebibyte:F2} | {images * Reduced * Reduced * MeanWidth / MeanHeight * 3 / Tebibyte:F2} | {images * BytesARow / Mebibyte / 1024:F1} | {images * costs.Header / HoursToSeconds:F2} | {images * costs.Decode / HoursToSeconds:F1} | {images * 2 * costs.View / HoursToSeconds:F1} |"));
        }
    }

    /// <summary>List of files with paths of 60 characters (about 290), identifiers, index, offsets, checksums and states of a mapped store, an epoch's order.</summary>
    private const double BytesARow = 290 + 16 + 32 + 8 + 4 + 2 + 4;

    private static double Status(string name) =>
        1024.0 * long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
