namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Inverts the pixel values at or above a threshold, with a probability.</summary>
public sealed record Solarize : AugmentationStep
{
    /// <summary>Default of <see cref="Probability"/>: BYOL's second view, MoCo v3, DINO's second global view.</summary>
    public const double DefaultProbability = 0.2;

    /// <summary>Default of <see cref="Threshold"/> (Pillow's <c>ImageOps.solarize</c>).</summary>
    public const byte DefaultThreshold = 128;

    /// <summary>Probability for each view, 0 to 1.</summary>
    /// <value>The default value is 0.2. Published recipes use it on one of the views only.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <summary>Lowest value that is inverted, 0 to 255.</summary>
    /// <value>The default value is 128.</value>
    public byte Threshold { get; init; } = DefaultThreshold;

    /// <inheritdoc/>
    public override RecipeStage Stage => RecipeStage.Solarize;

    /// <inheritdoc/>
    public override string RandomName => "solarize";

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
        {
            views[view].Solarize = context.View(view).NextDouble() < Probability;
            views[view].SolarizeThreshold = Threshold;
        }
    }
}
