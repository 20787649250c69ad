namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Replaces each view by its luma with a probability.</summary>
public sealed record RandomGrayscale : AugmentationStep
{
    /// <summary>Default of <see cref="Probability"/> (all methods).</summary>
    public const double DefaultProbability = 0.2;

    /// <summary>Probability for each view, 0 to 1.</summary>
    /// <value>The default value is 0.2.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <inheritdoc/>
    public override RecipeStage Stage => RecipeStage.Grayscale;

    /// <inheritdoc/>
    public override string RandomName => "grayscale";

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
            views[view].Grayscale = context.View(view).NextDouble() < Probability;
    }
}
