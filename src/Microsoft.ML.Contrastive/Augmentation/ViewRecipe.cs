namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Resampling filter of the crop.</summary>
public enum ResizeFilter : byte
{
    /// <summary>Antialiased triangle filter: the field's default.</summary>
    Bilinear,

    /// <summary>Antialiased Keys cubic with a = −0.5 (DINO).</summary>
    Bicubic,
}

/// <summary>What "Gaussian blur with σ" means.</summary>
public enum BlurOperator : byte
{
    /// <summary>Pillow's <c>GaussianBlur(radius = σ)</c>: three box passes of exactly the variance σ². MoCo v2/v3, SimSiam, DINO.</summary>
    PilRadius,

    /// <summary>A sampled Gaussian whose kernel is 10 % of the image side, odd, mirrored borders. SimCLR, BYOL.</summary>
    Kernel10Percent,
}

/// <summary>
/// Everything that makes one view out of one image: parameters first, pixels later. A small value that can be printed, plotted, tested
/// against a closed form, stored in a column and replayed.
/// </summary>
/// <remarks>
/// Operations apply in the order of the members: crop and resize, flip, colour, grayscale, blur, solarize, RandAugment, last grayscale. The default value of every
/// optional operation is "not applied".
/// </remarks>
public record struct ViewRecipe
{
    /// <summary>Left edge of the crop in source pixels.</summary>
    public float CropX { get; set; }

    /// <summary>Top edge of the crop in source pixels.</summary>
    public float CropY { get; set; }

    /// <summary>Width of the crop in source pixels.</summary>
    public float CropWidth { get; set; }

    /// <summary>Height of the crop in source pixels.</summary>
    public float CropHeight { get; set; }

    /// <summary>Area of the crop as a fraction of the image's, before rounding to pixels: the value that the joint law is about.</summary>
    public float Scale { get; set; }

    /// <summary>Width of the view in pixels.</summary>
    public short OutputWidth { get; set; }

    /// <summary>Height of the view in pixels.</summary>
    public short OutputHeight { get; set; }

    /// <summary>
    /// Width that the whole image is resized to before it is cropped, in pixels; 0 where the crop comes first, as in all random crops. Crop and view then
    /// differ by this resize alone.
    /// </summary>
    public short ResizedWidth { get; set; }

    /// <summary>Height that the whole image is resized to before it is cropped; 0 where the crop comes first.</summary>
    public short ResizedHeight { get; set; }

    /// <summary>Filter of the resize.</summary>
    public ResizeFilter Filter { get; set; }

    /// <summary>Mirrored left to right.</summary>
    public bool Flip { get; set; }

    /// <summary>Whether the four colour operations apply.</summary>
    public bool HasColor { get; set; }

    /// <summary>Order of the four colour operations: a lexicographic rank, 0 … 23, of the permutation of (brightness, contrast, saturation, hue).</summary>
    public byte ColorOrder { get; set; }

    /// <summary>Brightness factor; 1 leaves the image as it is.</summary>
    public float Brightness { get; set; }

    /// <summary>Contrast factor; 1 leaves the image as it is.</summary>
    public float Contrast { get; set; }

    /// <summary>Saturation factor; 1 leaves the image as it is.</summary>
    public float Saturation { get; set; }

    /// <summary>Hue shift in turns, −0.5 … 0.5; 0 leaves the image as it is.</summary>
    public float Hue { get; set; }

    /// <summary>Replaced by its luma (ITU-R 601) in all three channels.</summary>
    public bool Grayscale { get; set; }

    /// <summary>What the blur's σ means.</summary>
    public BlurOperator BlurOperator { get; set; }

    /// <summary>Standard deviation of the blur in pixels of the view; 0 means none.</summary>
    public float BlurSigma { get; set; }

    /// <summary>Whether pixel values at or above <see cref="SolarizeThreshold"/> are inverted.</summary>
    public bool Solarize { get; set; }

    /// <summary>Threshold of the solarization, 0 … 255.</summary>
    public byte SolarizeThreshold { get; set; }

    /// <summary>RandAugment's first operation.</summary>
    public RandAugmentOperation RandAugment1 { get; set; }

    /// <summary>What the first operation takes: see <see cref="RandAugmentOperation"/>.</summary>
    public float RandAugment1Argument { get; set; }

    /// <summary>Filter of the first operation where it moves pixels.</summary>
    public ResizeFilter RandAugment1Filter { get; set; }

    /// <summary>RandAugment's second operation.</summary>
    public RandAugmentOperation RandAugment2 { get; set; }

    /// <summary>What the second operation takes.</summary>
    public float RandAugment2Argument { get; set; }

    /// <summary>Filter of the second operation where it moves pixels.</summary>
    public ResizeFilter RandAugment2Filter { get; set; }

    /// <summary>Red of the pixels that RandAugment's moves leave empty, 0 … 255.</summary>
    public byte FillRed { get; set; }

    /// <summary>Green of these pixels.</summary>
    public byte FillGreen { get; set; }

    /// <summary>Blue of these pixels.</summary>
    public byte FillBlue { get; set; }

    /// <summary>Replaced by its luma behind everything else.</summary>
    public bool LastGrayscale { get; set; }
}
