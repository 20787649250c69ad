using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.Contrastive.Training;

namespace Instruments;

/// <summary>How the loss fell in runs that differ in one thing, β for example: figure 5 of the JointCrop paper.</summary>
internal static class Losses
{
    public static void Draw(IReadOnlyList<DirectoryInfo> runs, string folder)
    {
        (string Name, IReadOnlyList<EpochMetrics> Metrics)[] read = [.. runs.Select(run => (run.Name, EpochMetrics.ReadFile(Path.Combine(run.FullName, "metrics.jsonl"))))];
        foreach ((string name, IReadOnlyList<EpochMetrics> metrics) in read)
            Console.WriteLine($"{name}  loss {string.Join(", ", metrics.Select(epoch => FormattableString.Invariant($"{epoch.Loss:0.000}")))}");
        TrainingFigure.Create(read, TrainingMetric.Loss).SavePng(Path.Combine(folder, "losses.png"));
    }
}
