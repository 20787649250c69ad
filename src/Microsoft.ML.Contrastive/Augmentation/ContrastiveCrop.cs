namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// ContrastiveCrop (Peng et al., CVPR 2022): the size of <see cref="RandomResizedCrop"/>, with the crop's centre in the region where the object is,
/// and away from the middle of it.
/// </summary>
/// <remarks>
/// The region comes from heat maps of the encoder in training (<see cref="HeatMaps"/>), or it is given (<see cref="Region"/>). Inside it, the position follows
/// Beta(α, α) along each axis: α &lt; 1 suppresses the centre, so that the two views differ. After ten failed tries the central box is taken, as in torchvision.
/// <see cref="AreaCrop"/> has both for <see cref="JointCrop"/>: <see cref="AreaCrop.PositionAlpha"/> and <see cref="AreaCrop.HeatMaps"/>.
/// </remarks>
public sealed record ContrastiveCrop : RandomCrop
{
    /// <summary>Default of <see cref="Alpha"/>: the authors' value for ImageNet; they use 0.1 on small data.</summary>
    public const double DefaultAlpha = 0.6;

    private Derived<SymmetricBeta> _position;

    /// <summary>Parameter of the law of the position: positive. 1 is uniform; below 1 the centre is suppressed.</summary>
    /// <value>The default value is 0.6.</value>
    public double Alpha
    {
        get;
        init
        {
            field = AreaCrop.CheckAlpha(value, nameof(Alpha));
            _position = default;
        }
    }
    = DefaultAlpha;

    /// <summary>The region that crops are centred in.</summary>
    /// <value>The default value is <see cref="ImageRegion.Whole"/>: centre suppression alone.</value>
    public ImageRegion Region
    {
        get;
        init => field = value is { Top: >= 0, Left: >= 0, Bottom: <= 1, Right: <= 1 } && value.Top < value.Bottom && value.Left < value.Right
            ? value
            : throw Setting.OutOfRange(nameof(Region), value, "0 <= Top < Bottom <= 1 and 0 <= Left < Right <= 1");
    }
    = ImageRegion.Whole;

    /// <summary>Boxes of the encoder in training, one an image, in place of <see cref="Region"/>.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public HeatMapBoxes? HeatMaps { get; init; }

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        if (HeatMaps is not null && Region != ImageRegion.Whole)
            throw new ArgumentException($"{nameof(Region)} is {Region} and {nameof(HeatMaps)} is set, which takes its place: leave one of them out.");
    }

    internal override HeatMapBoxes? BoxesNeeded => HeatMaps;

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        ImageSize image = context.Image;
        ImageRegion region = HeatMaps is null ? Region : context.Region ?? Region;
        SymmetricBeta position = _position.Get(this, static step => new SymmetricBeta(step.Alpha));
        foreach (int view in targets)
        {
            RandomSequence random = context.View(view);
            bool central = !TriedBox.Draw(ref random, image, Scale, AspectRatio, out TriedBox box);
            if (central || (context.Region is null && HeatMaps is { SuppressCentreFromStart: false }))
            {
                views[view].SetCrop(box.X, box.Y, box.Width, box.Height, box.Scale, this);
                continue;
            }

            int x = CentredPlace.Rounded(position.Quantile(box.NumberX), image.Width, region.Left, region.Right, box.Width);
            int y = CentredPlace.Rounded(position.Quantile(box.NumberY), image.Height, region.Top, region.Bottom, box.Height);
            views[view].SetCrop(x, y, box.Width, box.Height, box.Scale, this);
        }
    }
}
