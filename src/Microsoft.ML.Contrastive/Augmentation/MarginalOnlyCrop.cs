namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// A control for <see cref="JointCrop"/>: each view's area has exactly the distribution that it has there, but the views are independent.
/// </summary>
public sealed record MarginalOnlyCrop : JointAreaCrop
{
    // The fifth number of a view picks the ratio to a partner that does not exist: see JointDistribution.Marginal.
    private protected override void DrawScales(Span<BoxDraws> draws, Span<double> scales)
    {
        for (int k = 0; k < scales.Length; k++)
            scales[k] = Areas.Marginal(scales[k], draws[k].More());
    }
}
