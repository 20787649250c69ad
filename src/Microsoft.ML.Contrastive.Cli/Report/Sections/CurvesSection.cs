using System.Globalization;
using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>How training went: a curve for each measure, and the figures of every epoch.</summary>
internal static class CurvesSection
{
    private const string Id = "curves", Title = "Training curves";

    private const int Width = 380, Height = 250;

    private static readonly (TrainingMetric Metric, Func<EpochMetrics, double?> Value, string Heading, string Reading)[] Curves =
    [
        (TrainingMetric.Loss, epoch => epoch.Loss, "Loss", "Compare it within this run only: its scale depends on method, temperature and batch size."),
        (TrainingMetric.KnnAccuracy, epoch => epoch.KnnAccuracy, "Nearest neighbours", "Share of watched images whose neighbours are of their class. It should rise."),
        (TrainingMetric.FeatureSpread, epoch => epoch.FeatureSpread, "Spread", "Near 1: features fill the sphere. Near 0: they have collapsed to a point."),
        (TrainingMetric.EffectiveRank, epoch => epoch.EffectiveRank, "Effective rank", "How many directions the features use. A fall to a few is a collapse, too."),
        (TrainingMetric.Alignment, epoch => epoch.Alignment, "Alignment", "Squared distance of two views of an image: the smaller, the more alike, if uniformity holds."),
        (TrainingMetric.Uniformity, epoch => epoch.Uniformity, "Uniformity", "Towards −4: images are spread evenly. Towards 0: they lie together."),
        (TrainingMetric.LearningRate, epoch => epoch.LearningRate, "Learning rate", "Of the last step of each epoch."),
    ];

    public static ReportSection Create(ReportRun run)
    {
        if (run.Epochs.Count == 0)
            return ReportSection.Without(Id, Title, "No epoch has been completed yet.");
        return new ReportSection(Id, Title, new
        {
            Figures = Curves.Where(curve => run.Epochs.Any(epoch => double.IsFinite(curve.Value(epoch) ?? double.NaN))).Select(curve => new
            {
                curve.Heading,
                curve.Reading,
                Svg = Draw(run.Epochs, curve.Metric),
            }),
            Knn = run.Epochs.Any(epoch => epoch.KnnAccuracy is not null),
            Epochs = run.Epochs.Select(epoch => new
            {
                epoch.Epoch,
                Loss = Number(epoch.Loss, "0.0000"),
                Knn = epoch.KnnAccuracy is { } knn ? Number(knn * 100, "0.0") : "",
                Spread = Number(epoch.FeatureSpread, "0.00"),
                Rank = Number(epoch.EffectiveRank, "0.0"),
                Alignment = Number(epoch.Alignment, "0.000"),
                Uniformity = Number(epoch.Uniformity, "0.00"),
                LearningRate = Number(epoch.LearningRate, "0.#####"),
                Speed = Number(epoch.ImagesPerSecond, "0"),
                Waiting = Number(epoch.WaitingForData * 100, "0"),
            }),
        });
    }

    /// <summary>The curve of one measure.</summary>
    public static string Draw(IReadOnlyList<EpochMetrics> epochs, TrainingMetric metric) => TrainingFigure.Create([("", epochs)], metric).ToHtml($"{Id}-{metric}-", Width, Height);

    private static string Number(double value, string format) => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";
}
