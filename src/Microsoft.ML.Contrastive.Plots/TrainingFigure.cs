using Microsoft.ML.Contrastive.Training;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>What of a training is plotted.</summary>
public enum TrainingMetric
{
    /// <summary>Mean loss of the epoch. Compare runs of one method, temperature and batch size only.</summary>
    Loss,

    /// <summary>Accuracy of nearest neighbours, where there are labels.</summary>
    KnnAccuracy,

    /// <summary>Spread of the features: near 0 when they have collapsed.</summary>
    FeatureSpread,

    /// <summary>Effective rank of the features.</summary>
    EffectiveRank,

    /// <summary>Learning rate of the epoch's last step.</summary>
    LearningRate,

    /// <summary>Mean squared distance of the features of an image's two views.</summary>
    Alignment,

    /// <summary>How evenly the features fill the sphere: 0 when they have collapsed, towards −4 when they have not.</summary>
    Uniformity,

    /// <summary>Images trained on a second.</summary>
    ImagesPerSecond,

    /// <summary>Share of the epoch that training stood still because no batch was ready.</summary>
    WaitingForData,

    /// <summary>Accuracy of the online probe on the training views.</summary>
    OnlineTrainingAccuracy,

    /// <summary>Accuracy of the online probe on validation images.</summary>
    OnlineValidationAccuracy,

    /// <summary>Accuracy of the classifier that is trained (fine-tuning) on validation images.</summary>
    ValidationAccuracy,
}

/// <summary>Training curves: for runs that differ in β, the loss is figure 5 of the JointCrop paper (AAAI-25).</summary>
public static class TrainingFigure
{
    /// <summary>One run or several over one another.</summary>
    /// <param name="runs">Names and metrics, e.g. <c>("β = 0", EpochMetrics.ReadFile("runs/beta0/metrics.jsonl"))</c>.</param>
    /// <param name="metric">What to plot.</param>
    /// <param name="title">A line above the plot; none when empty.</param>
    /// <exception cref="ArgumentException">There is no run, or no run has the metric.</exception>
    public static Figure Create(IEnumerable<(string Name, IReadOnlyList<EpochMetrics> Metrics)> runs, TrainingMetric metric = TrainingMetric.Loss, string title = "")
    {
        (string Name, IReadOnlyList<EpochMetrics> Value)[] all = FigureStyle.Series(runs, nameof(runs));
        PlotModel model = FigureStyle.Model(title, "epoch", Label(metric));
        model.Axes[0].MinimumMajorStep = 1;
        for (int i = 0; i < all.Length; i++)
        {
            DataPoint[] points = [.. all[i].Value.Select(m => new DataPoint(m.Epoch, Value(m, metric))).Where(p => double.IsFinite(p.Y))];
            var line = new LineSeries
            {
                Title = all[i].Name,
                Color = FigureStyle.Color(i),
                StrokeThickness = 1.6,
                LineStyle = FigureStyle.Line(i),
                MarkerType = points.Length <= 30 ? MarkerType.Circle : MarkerType.None,
                MarkerSize = 2.5,
                MarkerFill = FigureStyle.Color(i),
            };
            line.Points.AddRange(points);
            model.Series.Add(line);
        }

        return model.Series.Cast<LineSeries>().Any(line => line.Points.Count > 0)
            ? new Figure(model)
            : throw new ArgumentException($"No run has a {metric}: it has no epoch yet, or of an accuracy no labels, validation images or online probe.", nameof(runs));
    }

    private static double Value(EpochMetrics metrics, TrainingMetric metric) => metric switch
    {
        TrainingMetric.Loss => metrics.Loss,
        TrainingMetric.KnnAccuracy => metrics.KnnAccuracy ?? double.NaN,
        TrainingMetric.FeatureSpread => metrics.FeatureSpread,
        TrainingMetric.EffectiveRank => metrics.EffectiveRank,
        TrainingMetric.LearningRate => metrics.LearningRate,
        TrainingMetric.Alignment => metrics.Alignment,
        TrainingMetric.Uniformity => metrics.Uniformity,
        TrainingMetric.ImagesPerSecond => metrics.ImagesPerSecond,
        TrainingMetric.WaitingForData => metrics.WaitingForData,
        TrainingMetric.OnlineTrainingAccuracy => metrics.OnlineTrainingAccuracy ?? double.NaN,
        TrainingMetric.OnlineValidationAccuracy => metrics.OnlineValidationAccuracy ?? double.NaN,
        TrainingMetric.ValidationAccuracy => metrics.ValidationAccuracy ?? double.NaN,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, $"The metric is {metric}; allowed is one of {string.Join(", ", Enum.GetNames<TrainingMetric>())}."),
    };

    private static string Label(TrainingMetric metric) => metric switch
    {
        TrainingMetric.Loss => "loss",
        TrainingMetric.KnnAccuracy => "accuracy of nearest neighbours",
        TrainingMetric.FeatureSpread => "spread of the features",
        TrainingMetric.EffectiveRank => "effective rank of the features",
        TrainingMetric.Alignment => "alignment of the views",
        TrainingMetric.Uniformity => "uniformity of the features",
        TrainingMetric.ImagesPerSecond => "images a second",
        TrainingMetric.WaitingForData => "share of waiting for images",
        TrainingMetric.OnlineTrainingAccuracy => "accuracy of the online probe, training views",
        TrainingMetric.OnlineValidationAccuracy => "accuracy of the online probe, validation",
        TrainingMetric.ValidationAccuracy => "accuracy on validation images",
        _ => "learning rate",
    };
}
