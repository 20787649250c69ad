namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// One coin a row, thrown alike by every step that asks: so <see cref="EitherCrop"/> and <see cref="EitherBlur"/> choose together.
/// </summary>
internal static class RowCoin
{
    // "coin" in ASCII: any constant does that no step's RandomName hashes to.
    private const uint Purpose = 0x636F696E;

    public static bool IsHeads(in StepContext context, double probability) => context.Row(Purpose).NextDouble() < probability;

    /// <summary>Throws when an alternative is not given, or is itself a choice, which would throw the same coin.</summary>
    public static void Validate(AugmentationStep heads, AugmentationStep tails, int viewCount)
    {
        foreach (AugmentationStep step in (ReadOnlySpan<AugmentationStep>)[heads, tails])
        {
            if (step is EitherCrop or EitherBlur)
                throw new ArgumentException($"{step.GetType().Name} cannot be an alternative of another choice: both would throw the same coin.");
            if (viewCount < step.MinimumViews)
                throw new ArgumentException($"{step.GetType().Name} needs at least {step.MinimumViews} views; it was given {viewCount}.");
            step.Validate(viewCount);
        }
    }
}
