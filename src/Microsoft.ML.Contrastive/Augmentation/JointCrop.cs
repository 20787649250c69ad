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

    /// <summary>
    /// A joint crop in place of another: everything that the other says but the law of its areas (size, range of areas, aspect ratios, filter, boxes, positions), and the law β = 0, to be
    /// changed by <c>with</c>.
    /// </summary>
    /// <param name="crop">The crop that it replaces, such as a preset's.</param>
    /// <exception cref="ArgumentException">A <see cref="ContrastiveCrop"/> with a <see cref="ContrastiveCrop.Region"/>, which no joint crop has.</exception>
    public static JointCrop InPlaceOf(RandomCrop crop)
    {
        ArgumentNullException.ThrowIfNull(crop);
        var joint = new JointCrop { OutputSize = crop.OutputSize, Scale = crop.Scale, AspectRatio = crop.AspectRatio, Filter = crop.Filter };
        return crop switch
        {
            JointCrop same => same with { Law = joint.Law },
            AreaCrop area => joint with { Boxes = area.Boxes, PositionAlpha = area.PositionAlpha, HeatMaps = area.HeatMaps },
            ContrastiveCrop { Region: var region } when region != ImageRegion.Whole => throw new ArgumentException(
                $"{nameof(ContrastiveCrop)}.{nameof(ContrastiveCrop.Region)} is {region}, and a joint crop has no region of its own: its boxes lie anywhere in the image, or "
                    + $"around the encoder's ({nameof(HeatMaps)}). Leave the region out, or set {nameof(HeatMaps)} in its place.", nameof(crop)),
            ContrastiveCrop contrastive => joint with { PositionAlpha = contrastive.Alpha, HeatMaps = contrastive.HeatMaps },
            _ => joint,
        };
    }

    /// <summary>
    /// The authors' released code of 2024 (github.com/btzyd/JointCrop): a bound of ln(max / min − 0.01), and the flag for the smallest area
    /// without effect, so .08–1 throughout.
    /// </summary>
    /// <param name="outputSize">Size of the views in pixels.</param>
    public static JointCrop Released2024(ImageSize outputSize) => Released(outputSize, 0.08, ReleasedLaw.Offset2024);

    /// <summary>The authors' released code of April 2025: as <see cref="Released2024"/>, with the flag honoured.</summary>
    /// <param name="outputSize">Size of the views in pixels.</param>
    /// <param name="minScale">The flag <c>--crop-min</c>: .08 by default there, .2 in the runs that the authors list.</param>
    public static JointCrop Released2025April(ImageSize outputSize, double minScale = DefaultMinScale) =>
        Released(outputSize, minScale, ReleasedLaw.Offset2024);

    /// <summary>The authors' released code since May 2025: a bound of ln(max / min − 0.1).</summary>
    /// <param name="outputSize">Size of the views in pixels.</param>
    /// <param name="minScale">The flag <c>--crop-min</c>: .08 by default there, .2 in the runs that the authors list.</param>
    public static JointCrop Released2025May(ImageSize outputSize, double minScale = DefaultMinScale) =>
        Released(outputSize, minScale, ReleasedLaw.Offset2025May);

    /// <inheritdoc/>
    public override int MinimumViews => 2;

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        base.Validate(viewCount);
        Pairing.Validate(viewCount);
    }

    private protected override void DrawScales(Span<BoxDraws> draws, Span<double> scales) => Areas.Sample(scales, scales, Pairing);

    private static JointCrop Released(ImageSize outputSize, double minScale, double offset) => new()
    {
        OutputSize = outputSize,
        Scale = (minScale, DefaultMaxScale),
        Law = new ReleasedLaw(offset),
        Boxes = CropBoxes.Released,
    };
}
