namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// JointCrop (AAAI-25): the areas of the views of a pair are drawn together, so that their ratio follows a chosen law.
/// </summary>
/// <remarks>
/// <para>With b = ln(Scale.Max / Scale.Min) and β = 0 the log ratio is uniform on [−b, b]; 57 % of the pairs then differ by more than 2:1, where
/// independent areas have 28 %. The change is not the ratio's alone: the areas' own distribution moves too (mean .60 to .55 for .2–1), which
/// explains some 40 % of it; <see cref="MarginalOnlyCrop"/> has that part without the other. Aspect ratios and positions stay independent.</para>
/// <para>With the same seed, <see cref="JointCrop"/>, <see cref="MarginalOnlyCrop"/> and <see cref="IndependentCrop"/> share every other
/// random number, as does the first try of <see cref="RandomResizedCrop"/>.</para>
/// </remarks>
public sealed record JointCrop : JointAreaCrop
{
    /// <summary>How the pair law is carried to more than two views.</summary>
    /// <value>The default value is <see cref="ViewPairing.Star"/>.</value>
    public ViewPairing Pairing { get; init => field = Setting.Defined(value); } = ViewPairing.Star;

    /// <inheritdoc/>
    public override int MinimumViews => 2;

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        base.Validate(viewCount);
        Pairing.Validate(viewCount);
    }

    private protected override void DrawScales(Span<BoxDraws> draws, Span<double> scales) => Areas.Sample(scales, scales, Pairing);
}
