namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>What all random crops have in common: a range of areas and a range of aspect ratios.</summary>
public abstract record RandomCrop : CropStep
{
    /// <summary>Default of <see cref="Scale"/>, lower end: MoCo v1 and v2, SimSiam, and the JointCrop paper. torchvision, SimCLR and BYOL have .08.</summary>
    public const double DefaultMinScale = 0.2;

    /// <summary>Default of <see cref="Scale"/>, upper end.</summary>
    public const double DefaultMaxScale = 1;

    /// <summary>Default of <see cref="AspectRatio"/>, lower end (torchvision).</summary>
    public const double DefaultMinAspectRatio = 3.0 / 4.0;

    /// <summary>Default of <see cref="AspectRatio"/>, upper end (torchvision).</summary>
    public const double DefaultMaxAspectRatio = 4.0 / 3.0;

    private protected RandomCrop()
    {
    }

    /// <summary>Area of the crop as a fraction of the image's: 0 &lt; Min ≤ Max ≤ 1.</summary>
    /// <value>The default value is (0.2, 1).</value>
    public (double Min, double Max) Scale
    {
        get;
        init
        {
            field = Setting.PositiveRange(value, 1);
            OnScaleChanged();
        }
    }
    = (DefaultMinScale, DefaultMaxScale);

    /// <summary>Width / height of the crop in source pixels: 0 &lt; Min ≤ Max. Its logarithm is uniform.</summary>
    /// <value>The default value is (3/4, 4/3).</value>
    public (double Min, double Max) AspectRatio { get; init => field = Setting.PositiveRange(value); } = (DefaultMinAspectRatio, DefaultMaxAspectRatio);

    /// <summary>Resampling filter of the resize from crop to view.</summary>
    /// <value>The default value is <see cref="ResizeFilter.Bilinear"/>, antialiased.</value>
    public ResizeFilter Filter { get; init => field = Setting.Defined(value); } = ResizeFilter.Bilinear;

    private protected virtual void OnScaleChanged()
    {
    }
}
