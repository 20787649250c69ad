using System.Globalization;
using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>How fast it was, and what it waited for.</summary>
internal static class ThroughputSection
{
    private const string Id = "throughput", Title = "Throughput";

    /// <summary>Share of waiting above which rendering is what limits training.</summary>
    private const double MuchWaiting = 0.1;

    public static ReportSection Create(ReportRun run)
    {
        if (run.Epochs.Count == 0)
            return ReportSection.Without(Id, Title, "No epoch has been completed yet.");
        double[] speeds = [.. run.Epochs.Select(epoch => epoch.ImagesPerSecond).Order()];
        double waiting = run.Epochs.Average(epoch => epoch.WaitingForData);
        return new ReportSection(Id, Title, new
        {
            Speed = speeds[speeds.Length / 2].ToString("N0", CultureInfo.InvariantCulture),
            Waiting = (waiting * 100).ToString("0", CultureInfo.InvariantCulture),
            Limited = waiting > MuchWaiting,
            Time = RunSection.Duration(run.Epochs[^1].Elapsed),
            run.Record.Device,
            run.Record.Threads,
            Figures = new[]
            {
                new { Heading = "Images a second", Svg = CurvesSection.Draw(run.Epochs, TrainingMetric.ImagesPerSecond) },
                new { Heading = "Waiting for images", Svg = CurvesSection.Draw(run.Epochs, TrainingMetric.WaitingForData) },
            },
        });
    }
}
