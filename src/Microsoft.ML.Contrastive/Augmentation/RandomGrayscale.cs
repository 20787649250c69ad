namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Replaces each view by its luma with a probability.</summary>
public sealed record RandomGrayscale : AugmentationStep
{
    /// <summary>Default of <see cref="Probability"/> (all methods).</summary>
    public const double DefaultProbability = 0.2;

    /// <summary>Probability for each view, 0 to 1.</summary>
    /// <value>The default value is 0.2.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <summary>Whether it comes behind blur, solarize and RandAugment, as in InfoMin (NeurIPS 2020), instead of before the blur, as everywhere else.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Last { get; init; }

    /// <inheritdoc/>
    public override RecipeStage Stage => Last ? RecipeStage.LastGrayscale : RecipeStage.Grayscale;

    /// <inheritdoc/>
    public override string RandomName => "grayscale";

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
        {
            bool grey = context.View(view).NextDouble() < Probability;
            if (Last)
                views[view].LastGrayscale = grey;
            else
                views[view].Grayscale = grey;
        }
    }
}
