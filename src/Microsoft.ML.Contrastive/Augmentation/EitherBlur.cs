namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>One of two blurs, by the same coin a row as <see cref="EitherCrop"/>; see there.</summary>
public sealed record EitherBlur : AugmentationStep
{
    /// <summary>Default of <see cref="Probability"/> (JointCrop paper).</summary>
    public const double DefaultProbability = 0.5;

    /// <summary>The blur when the coin shows heads.</summary>
    public required BlurStep Heads { get; init; }

    /// <summary>The blur when the coin shows tails.</summary>
    public required BlurStep Tails { get; init; }

    /// <summary>Probability of heads, 0 to 1. Give the same to <see cref="EitherCrop"/>.</summary>
    /// <value>The default value is 0.5.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <inheritdoc/>
    public override RecipeStage Stage => RecipeStage.Blur;

    /// <inheritdoc/>
    public override string RandomName => "blur";

    /// <inheritdoc/>
    public override int MinimumViews => Math.Max(Heads.MinimumViews, Tails.MinimumViews);

    /// <inheritdoc/>
    public override void Validate(int viewCount) => RowCoin.Validate(Heads, Tails, viewCount);

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets) =>
        (RowCoin.IsHeads(context, Probability) ? Heads : Tails).Sample(context, views, targets);
}
