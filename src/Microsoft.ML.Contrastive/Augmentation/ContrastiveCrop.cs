namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A rectangle as fractions of an image's sides: 0 ≤ Top &lt; Bottom ≤ 1, 0 ≤ Left &lt; Right ≤ 1.</summary>
/// <param name="Top">Upper edge.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Bottom">Lower edge.</param>
/// <param name="Right">Right edge.</param>
public readonly record struct ImageRegion(double Top, double Left, double Bottom, double Right)
{
    /// <summary>The image as a whole.</summary>
    public static ImageRegion Whole { get; } = new(0, 0, 1, 1);
}

/// <summary>
/// ContrastiveCrop (Peng et al., CVPR 2022): the size of <see cref="RandomResizedCrop"/>, with the crop's centre in the region where the object is,
/// and away from the middle of it.
/// </summary>
/// <remarks>
/// The region comes from a heat map of the encoder in training; here it is given. Inside it, the position follows Beta(α, α) along each axis:
/// α &lt; 1 suppresses the centre, so that the two views differ. After ten failed tries the central box is taken, as in torchvision.
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

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        ImageSize image = context.Image;
        SymmetricBeta position = _position.Get(this, static step => new SymmetricBeta(step.Alpha));
        foreach (int view in targets)
        {
            RandomSequence random = context.View(view);
            if (!TriedBox.Draw(ref random, image, Scale, AspectRatio, out TriedBox box))
            {
                views[view].SetCrop(box.X, box.Y, box.Width, box.Height, box.Scale, this);
                continue;
            }

            int x = Place(position.Quantile(box.NumberX), image.Width, Region.Left, Region.Right, box.Width);
            int y = Place(position.Quantile(box.NumberY), image.Height, Region.Top, Region.Bottom, box.Height);
            views[view].SetCrop(x, y, box.Width, box.Height, box.Scale, this);
        }
    }

    /// <summary>Near edge of a side whose middle lies between two fractions of the image's side, as far as the image allows.</summary>
    private static int Place(double fraction, int length, double from, double to, int side)
    {
        int nearest = Math.Clamp((int)(length * from) - (side / 2), 0, length - side);
        int farthest = Math.Clamp((int)(length * to) - (side / 2), 0, length - side);
        return nearest + (int)((farthest - nearest) * fraction);
    }
}
