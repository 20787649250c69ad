namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Mirrors each view left to right with a probability.</summary>
public sealed record HorizontalFlip : AugmentationStep
{
    /// <summary>Default of <see cref="Probability"/> (all methods).</summary>
    public const double DefaultProbability = 0.5;

    /// <summary>Probability for each view, 0 to 1.</summary>
    /// <value>The default value is 0.5.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <inheritdoc/>
    public override RecipeStage Stage => RecipeStage.Flip;

    /// <inheritdoc/>
    public override string RandomName => "flip";

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
            views[view].Flip = context.View(view).NextDouble() < Probability;
    }
}
