namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>What RandAugment may do to a view, with Pillow's semantics (ImageOps, ImageEnhance, Image.transform), and what each takes.</summary>
public enum RandAugmentOperation : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Each channel stretched to 0 … 255. Takes nothing.</summary>
    AutoContrast,

    /// <summary>Each channel's histogram evened out. Takes nothing.</summary>
    Equalize,

    /// <summary>Each value v becomes 255 − v. Takes nothing.</summary>
    Invert,

    /// <summary>Rotation about the middle by degrees, anticlockwise.</summary>
    Rotate,

    /// <summary>All but the highest bits of each value cleared. Takes their number, 0 to 8.</summary>
    Posterize,

    /// <summary>Values at or above a threshold inverted. Takes the threshold, 0 to 256.</summary>
    Solarize,

    /// <summary>Values below 128 raised. Takes how much.</summary>
    SolarizeAdd,

    /// <summary>Saturation by a factor.</summary>
    Color,

    /// <summary>Contrast by a factor.</summary>
    Contrast,

    /// <summary>Brightness by a factor.</summary>
    Brightness,

    /// <summary>Sharpness by a factor: 1 leaves the view as it is, 0 smooths it, more sharpens it.</summary>
    Sharpness,

    /// <summary>Sheared along the rows. Takes pixels a row.</summary>
    ShearX,

    /// <summary>Sheared along the columns. Takes pixels a column.</summary>
    ShearY,

    /// <summary>Moved along the rows. Takes a fraction of the width.</summary>
    TranslateX,

    /// <summary>Moved along the columns. Takes a fraction of the height.</summary>
    TranslateY,
}
