namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// The view that accuracies are measured on: the whole image resized so that its short side has a fixed length, then its middle (torchvision's
/// <c>Resize</c> and <c>CenterCrop</c>). Nothing is random.
/// </summary>
/// <remarks>
/// The resize comes first, so pixels outside the crop take part in its edges, as they do in torchvision. The long side is cut down to a whole number of
/// pixels, and to at most 32767.
/// </remarks>
public sealed record CentralCrop : CropStep
{
    /// <summary>Default of <see cref="ShortSide"/>: that of the field on ImageNet, for crops of 224 pixels.</summary>
    public const int DefaultShortSide = 256;

    /// <summary>Length of the image's short side after the resize, in pixels: at least both sides of <see cref="CropStep.OutputSize"/>, at most 32767.</summary>
    /// <value>The default value is 256.</value>
    public int ShortSide
    {
        get;
        init => field = value is >= 1 and <= short.MaxValue ? value : throw Setting.OutOfRange(nameof(ShortSide), value, "1 to 32767");
    }
    = DefaultShortSide;

    /// <summary>Resampling filter of the resize.</summary>
    /// <value>The default value is <see cref="ResizeFilter.Bilinear"/>, antialiased.</value>
    public ResizeFilter Filter { get; init => field = Setting.Defined(value); } = ResizeFilter.Bilinear;

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        if (ShortSide < OutputSize.Width || ShortSide < OutputSize.Height)
            throw new ArgumentException(
                $"{nameof(ShortSide)} is {ShortSide}, {nameof(OutputSize)} is {OutputSize.Width}x{OutputSize.Height}: the crop does not fit. Allowed are {nameof(ShortSide)}s "
                    + $"from {Math.Max(OutputSize.Width, OutputSize.Height)} on.");
    }

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        ImageSize image = context.Image;
        int shortest = Math.Min(image.Width, image.Height);
        (int width, int height) = (Resized(image.Width, shortest), Resized(image.Height, shortest));
        (double stepX, double stepY) = ((double)image.Width / width, (double)image.Height / height);
        // Halves go to even, as in Python's round.
        (double x, double y) = (Math.Round((width - OutputSize.Width) / 2.0), Math.Round((height - OutputSize.Height) / 2.0));
        double scale = (double)OutputSize.Area / ((double)width * height);
        foreach (int view in targets)
        {
            views[view].SetCrop(
                (float)(x * stepX), (float)(y * stepY), (float)(OutputSize.Width * stepX), (float)(OutputSize.Height * stepY), scale, OutputSize, Filter);
            (views[view].ResizedWidth, views[view].ResizedHeight) = ((short)width, (short)height);
        }
    }

    private int Resized(int side, int shortest) => (int)Math.Min(short.MaxValue, (long)ShortSide * side / shortest);
}
