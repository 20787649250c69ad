namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>What becomes of a crop's real-valued area when it turns into a box of pixels.</summary>
public enum CropBoxes
{
    /// <summary>
    /// Sides rounded to whole pixels, at least one, inside the image. The rounded areas follow the discretised law: with areas of .2–1 and β = 0 on squares
    /// of 8, 32 and 224 pixels the Kolmogorov distance to the real one is 0.13, 0.04 and 0.008 for the areas, 0.034, 0.007 and 0.0015 for the ratio of two.
    /// </summary>
    RoundedToPixels,

    /// <summary>Edges at fractions of pixels: the areas are exact at any resolution.</summary>
    Fractional,

    /// <summary>
    /// As the authors' released code does it: the area is drawn once, then up to ten tries of an aspect ratio whose rounded box fits, then the
    /// whole image. The law of the areas no longer holds exactly.
    /// </summary>
    Released,
}

/// <summary>
/// A crop whose area is given first: no box is ever rejected (except with <see cref="CropBoxes.Released"/>), so the law of the areas holds
/// exactly on images of every shape, and <see cref="ViewRecipe.Scale"/> records the real-valued area.
/// </summary>
/// <remarks>
/// An area s in an image of W×H pixels admits the aspect ratios [s·W/H, W/(s·H)]. The logarithm of the aspect ratio is uniform on what that
/// leaves of <see cref="RandomCrop.AspectRatio"/>; where it leaves nothing, the nearest one that fits is taken. Then the position is uniform.
/// Each view's numbers are used in the order area, aspect ratio, x, y, by every arm of the comparison, so that arms with the same seed differ
/// in the areas alone.
/// </remarks>
public abstract record AreaCrop : RandomCrop
{
    /// <summary>Default of <see cref="PositionAlpha"/>: uniform.</summary>
    public const double DefaultPositionAlpha = 1;

    // More views than anybody has; above it the numbers of a row go to the heap.
    private const int ViewsOnStack = 16;

    private Derived<SymmetricBeta> _position;

    private protected AreaCrop()
    {
    }

    /// <summary>
    /// Parameter α of the law Beta(α, α) of the position along each axis: positive. 1 is uniform; below 1 the crops avoid the middle of the image, the
    /// centre-suppressed sampling of ContrastiveCrop (CVPR 2022: 0.6 on ImageNet, 0.1 on small data), which the JointCrop paper combines with JointCrop.
    /// </summary>
    /// <value>The default value is 1.</value>
    public double PositionAlpha
    {
        get;
        init
        {
            field = CheckAlpha(value, nameof(PositionAlpha));
            _position = default;
        }
    }
    = DefaultPositionAlpha;

    /// <summary>
    /// Boxes of the encoder in training that the crops are centred in: with <see cref="PositionAlpha"/> the whole of ContrastiveCrop (CVPR 2022), here on areas of any
    /// law. The boxes' law of areas stays exact.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the image as a whole.</value>
    public HeatMapBoxes? HeatMaps { get; init; }

    internal sealed override HeatMapBoxes? BoxesNeeded => HeatMaps;

    /// <summary>What becomes of the real-valued area when it turns into a box of pixels.</summary>
    /// <value>The default value is <see cref="CropBoxes.RoundedToPixels"/>.</value>
    public CropBoxes Boxes { get; init => field = Setting.Defined(value); } = CropBoxes.RoundedToPixels;

    /// <inheritdoc/>
    public sealed override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        Span<BoxDraws> draws = targets.Length <= ViewsOnStack ? stackalloc BoxDraws[targets.Length] : new BoxDraws[targets.Length];
        Span<double> scales = targets.Length <= ViewsOnStack ? stackalloc double[targets.Length] : new double[targets.Length];
        for (int k = 0; k < targets.Length; k++)
        {
            draws[k] = new BoxDraws(context.View(targets[k]));
            scales[k] = draws[k].Area;
        }

        DrawScales(draws, scales);
        ImageRegion? region = HeatMaps is null ? null : context.Region;
        if (PositionAlpha != 1 && (region is not null || HeatMaps is not { SuppressCentreFromStart: false }))
            SuppressCentre(draws);
        for (int k = 0; k < targets.Length; k++)
        {
            ref ViewRecipe view = ref views[targets[k]];
            switch (Boxes)
            {
                case CropBoxes.RoundedToPixels:
                    SetRounded(context.Image, region, scales[k], draws[k], ref view);
                    break;
                case CropBoxes.Fractional:
                    SetFractional(context.Image, region, scales[k], draws[k], ref view);
                    break;
                default:
                    SetReleased(context.Image, region, scales[k], ref draws[k], ref view);
                    break;
            }
        }
    }

    /// <summary>Turns the numbers of a row into areas.</summary>
    /// <param name="draws">The views' random numbers; what is drawn on comes after those of the box.</param>
    /// <param name="scales">Holds each view's number in (0, 1) for the area, receives the area.</param>
    private protected abstract void DrawScales(Span<BoxDraws> draws, Span<double> scales);

    internal static double CheckAlpha(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw Setting.OutOfRange(name, value, "a positive finite number");

    private void SuppressCentre(Span<BoxDraws> draws)
    {
        SymmetricBeta position = _position.Get(this, static step => new SymmetricBeta(step.PositionAlpha));
        foreach (ref BoxDraws view in draws)
            (view.X, view.Y) = (position.Quantile(view.X), position.Quantile(view.Y));
    }

    private (double Width, double Height) Sides(ImageSize image, double scale, double probability)
    {
        double ratio = (double)image.Width / image.Height, widest = ratio / scale, narrowest = ratio * scale;
        double low = Math.Max(AspectRatio.Min, narrowest), high = Math.Min(AspectRatio.Max, widest);
        double aspect = low < high ? LogUniform.Quantile(probability, (low, high))
            : AspectRatio.Min > widest ? widest
            : AspectRatio.Max < narrowest ? narrowest
            : low;
        double area = scale * image.Area;
        return (Math.Min(image.Width, Math.Sqrt(area * aspect)), Math.Min(image.Height, Math.Sqrt(area / aspect)));
    }

    private void SetRounded(ImageSize image, ImageRegion? region, double scale, in BoxDraws draws, ref ViewRecipe view)
    {
        (double width, double height) = Sides(image, scale, draws.Aspect);
        int w = Math.Max(1, (int)Math.Round(width)), h = Math.Max(1, (int)Math.Round(height));
        SetRounded(image, region, w, h, draws.X, draws.Y, scale, ref view);
    }

    private void SetFractional(ImageSize image, ImageRegion? region, double scale, in BoxDraws draws, ref ViewRecipe view)
    {
        (double width, double height) = Sides(image, scale, draws.Aspect);
        float w = (float)width, h = (float)height;
        (double x, double y) = region is { } box
            ? (CentredPlace.OfSlack(draws.X, image.Width, box.Left, box.Right, w), CentredPlace.OfSlack(draws.Y, image.Height, box.Top, box.Bottom, h))
            : (draws.X, draws.Y);
        view.SetCrop(Inside(x, w, image.Width), Inside(y, h, image.Height), w, h, scale, this);
    }

    private void SetReleased(ImageSize image, ImageRegion? region, double scale, ref BoxDraws draws, ref ViewRecipe view)
    {
        (double aspect, double x, double y) = (draws.Aspect, draws.X, draws.Y);
        for (int attempt = 1; ; attempt++)
        {
            if (TriedBox.Fits(scale, LogUniform.Quantile(aspect, AspectRatio), image, out int width, out int height))
            {
                SetRounded(image, region, width, height, x, y, scale, ref view);
                return;
            }

            if (attempt == TriedBox.Tries)
                break;
            (aspect, x, y) = (draws.More(), draws.More(), draws.More());
        }

        view.SetCrop(0, 0, image.Width, image.Height, 1, this);
    }

    private void SetRounded(ImageSize image, ImageRegion? region, int width, int height, double x, double y, double scale, ref ViewRecipe view)
    {
        (int left, int top) = region is { } box
            ? (CentredPlace.Rounded(x, image.Width, box.Left, box.Right, width), CentredPlace.Rounded(y, image.Height, box.Top, box.Bottom, height))
            : (TriedBox.Position(x, image.Width - width), TriedBox.Position(y, image.Height - height));
        view.SetCrop(left, top, width, height, scale, this);
    }

    /// <summary>A uniform position whose far edge stays inside after the rounding to single precision.</summary>
    private static float Inside(double probability, float size, int length)
    {
        float position = (float)(probability * (length - (double)size));
        while (position > 0 && (double)position + size > length)
            position = MathF.BitDecrement(position);
        return position;
    }

    /// <summary>One view's numbers for its box, in the order in which every crop uses them, and those that follow.</summary>
    private protected struct BoxDraws
    {
        private RandomSequence _random;

        public BoxDraws(RandomSequence random)
        {
            Area = random.NextDouble();
            Aspect = random.NextDouble();
            X = random.NextDouble();
            Y = random.NextDouble();
            _random = random;
        }

        public double Area { get; }

        public double Aspect { get; }

        public double X { get; set; }

        public double Y { get; set; }

        public double More() => _random.NextDouble();
    }
}
