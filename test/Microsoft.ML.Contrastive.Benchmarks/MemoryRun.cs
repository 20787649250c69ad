using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Whether a long training grows: resident memory and torch's live tensors every 20 steps, and the slope of both.</summary>
internal static class MemoryRun
{
    private const int StepsAPoint = 20, BatchSize = 32, Side = 64;

    // Caches, pools and the just-in-time compiler settle first; a leak goes on.
    private const int StepsBeforeTheSlope = 100;

    // Memory at the end is compared with that around this step.
    private const int EarlyStep = 200, HalfWindow = 100;

    public static int Execute(int steps)
    {
        if (steps < StepsBeforeTheSlope + (3 * StepsAPoint) || steps % StepsAPoint != 0)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"--steps must be a multiple of {StepsAPoint} and at least {StepsBeforeTheSlope + (3 * StepsAPoint)}.");

        using SyntheticImages files = SyntheticImages.Write(StepsAPoint * BatchSize, Side);
        IDataView images = new MLContext().Contrastive().LoadImagesFromFolder(files.Folder);
        using var process = Process.GetCurrentProcess();
        List<(double Step, double Kibibytes, double Tensors)> points = [];
        Console.WriteLine("| step | resident memory, MiB | managed heap, MiB | live tensors | loss |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");

        // An epoch is 20 steps, so that the callback after each is the point.
        using var encoder = SmallPretraining.Fit(
            seed: 1, images, new JointCrop { OutputSize = new(Side, Side) }, new SimClr { Temperature = 0.2 },
            new AdamW { LearningRate = 1e-3, LearningRateScaling = LearningRateScaling.None }, BatchSize, steps / StepsAPoint, monitoredImages: 128,
            metrics =>
            {
                process.Refresh();
                points.Add((metrics.Step, process.WorkingSet64 / 1024.0, torch.Tensor.TotalCount));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {metrics.Step} | {points[^1].Kibibytes / 1024:F1} | {GC.GetTotalMemory(forceFullCollection: false) / 1048576.0:F1} | {points[^1].Tensors} | {metrics.Loss:F3} |"));
            });

        var settled = points.Where(point => point.Step >= StepsBeforeTheSlope).ToList();
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Slope from step {StepsBeforeTheSlope}: {Slope(settled.Select(p => (p.Step, p.Kibibytes))):F2} KiB resident memory a step, {Slope(settled.Select(p => (p.Step, p.Tensors))):F4} tensors a step."));
        if (steps >= 2 * EarlyStep)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory_ratio {Around(points, steps - HalfWindow) / Around(points, EarlyStep):F4}"));
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    /// <summary>Mean resident memory around a step: it moves up and down with the collector's generations.</summary>
    private static double Around(List<(double Step, double Kibibytes, double Tensors)> points, int step) =>
        points.Where(point => Math.Abs(point.Step - step) <= HalfWindow).Average(point => point.Kibibytes);

    /// <summary>Of the least-squares line.</summary>
    private static double Slope(IEnumerable<(double X, double Y)> points)
    {
        (double X, double Y)[] all = [.. points];
        double meanX = all.Average(p => p.X), meanY = all.Average(p => p.Y);
        return all.Sum(p => (p.X - meanX) * (p.Y - meanY)) / all.Sum(p => (p.X - meanX) * (p.X - meanX));
    }
}
