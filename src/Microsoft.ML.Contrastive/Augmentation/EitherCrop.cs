namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// One of two crops, by one coin a row. <see cref="EitherBlur"/> sees the same coin, so that the pair of steps is the paper's "JointCrop or JointBlur,
/// each with probability 0.5": <c>EitherCrop { Heads = JointCrop, Tails = RandomResizedCrop }</c> and <c>EitherBlur { Heads = GaussianBlur, Tails
/// = JointBlur }</c> never apply both, never neither (JointCrop paper, AAAI-25).
/// </summary>
public sealed record EitherCrop : CropStep
{
    /// <summary>Default of <see cref="Probability"/> (JointCrop paper).</summary>
    public const double DefaultProbability = 0.5;

    /// <summary>The crop when the coin shows heads. Its output size must be <see cref="CropStep.OutputSize"/>.</summary>
    public required CropStep Heads { get; init; }

    /// <summary>The crop when the coin shows tails. Its output size must be <see cref="CropStep.OutputSize"/>.</summary>
    public required CropStep Tails { get; init; }

    /// <summary>Probability of heads, 0 to 1. Give the same to <see cref="EitherBlur"/>.</summary>
    /// <value>The default value is 0.5.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    internal override HeatMapBoxes? BoxesNeeded => Heads.BoxesNeeded ?? Tails.BoxesNeeded;

    /// <inheritdoc/>
    public override int MinimumViews => Math.Max(Heads.MinimumViews, Tails.MinimumViews);

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        RowCoin.Validate(Heads, Tails, viewCount);
        if (Heads.BoxesNeeded is { } boxes && Tails.BoxesNeeded is { } others && boxes != others)
            throw new ArgumentException($"The alternatives have HeatMaps {boxes} and {others}; an image has one box, so both must be equal.");
        if (Heads.OutputSize != OutputSize || Tails.OutputSize != OutputSize)
        {
            throw new ArgumentException(
                $"OutputSize is {OutputSize}, but the alternatives make views of {Heads.OutputSize} and {Tails.OutputSize}; all three must be equal.");
        }
    }

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets) =>
        (RowCoin.IsHeads(context, Probability) ? Heads : Tails).Sample(context, views, targets);
}
