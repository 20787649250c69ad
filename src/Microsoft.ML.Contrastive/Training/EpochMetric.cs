namespace Microsoft.ML.Contrastive.Training;

/// <summary>The measures of an epoch by which one can be called better than another.</summary>
public enum EpochMetric
{
    /// <summary><see cref="EpochMetrics.Loss"/>: lower is better. Needs nothing, says little: the losses of methods without negatives may rise while features improve.</summary>
    Loss,

    /// <summary><see cref="EpochMetrics.KnnAccuracy"/>: higher is better. Needs labels.</summary>
    KnnAccuracy,

    /// <summary>
    /// <see cref="EpochMetrics.EffectiveRank"/>: higher is better. Needs no labels; its originators choose between encoders by it (Garrido et al., "RankMe", ICML
    /// 2023).
    /// </summary>
    EffectiveRank,

    /// <summary><see cref="EpochMetrics.ValidationAccuracy"/>: higher is better. Needs a classifier in training and labelled validation images.</summary>
    ValidationAccuracy,

    /// <summary>
    /// The accuracy of the <see cref="OnlineProbe"/>, on validation images if there are any, else on training views: higher is better. Needs an online probe.
    /// </summary>
    OnlineAccuracy,
}

/// <summary>Values of an <see cref="EpochMetric"/>.</summary>
internal static class EpochMetricValues
{
    /// <summary>The value in an epoch; <see langword="null"/> where it was not measured.</summary>
    public static double? Of(this EpochMetric metric, EpochMetrics epoch) => metric switch
    {
        EpochMetric.KnnAccuracy => epoch.KnnAccuracy,
        EpochMetric.ValidationAccuracy => epoch.ValidationAccuracy,
        EpochMetric.EffectiveRank => epoch.EffectiveRank is double.NaN ? null : epoch.EffectiveRank,
        EpochMetric.OnlineAccuracy => epoch.OnlineValidationAccuracy ?? epoch.OnlineTrainingAccuracy,
        _ => epoch.Loss,
    };

    /// <summary>The value with its sign such that higher is better; below all others where it was not measured.</summary>
    public static double Score(this EpochMetric metric, EpochMetrics epoch) =>
        metric.Of(epoch) is { } value ? (metric == EpochMetric.Loss ? -value : value) : double.NegativeInfinity;
}
