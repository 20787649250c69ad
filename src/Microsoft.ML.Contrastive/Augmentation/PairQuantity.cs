namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>In what the two views of a pair can be compared.</summary>
public enum PairQuantity
{
    /// <summary>ln(second area / first area) of the crops, by their real-valued areas.</summary>
    LogAreaRatio,

    /// <summary>ln(second σ / first σ), of the pairs whose views are both blurred.</summary>
    LogSigmaRatio,

    /// <summary>ln(second / first brightness factor), of the pairs whose views both change colour.</summary>
    LogBrightnessRatio,

    /// <summary>ln(second / first contrast factor), of the pairs whose views both change colour.</summary>
    LogContrastRatio,

    /// <summary>ln(second / first saturation factor), of the pairs whose views both change colour.</summary>
    LogSaturationRatio,

    /// <summary>Distance of the crops' centres in pixels of the source image.</summary>
    CentreDistance,

    /// <summary>Intersection over union of the crops, 0 to 1.</summary>
    Overlap,

    /// <summary>ln(second / first) of a parameter of your own: see <see cref="PairStatistics.Histogram(Func{ViewRecipe, double}, JointDistribution, int)"/>.</summary>
    LogRatio,
}
