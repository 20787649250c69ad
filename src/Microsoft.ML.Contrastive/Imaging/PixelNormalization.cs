namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Maps pixel values 0 … 255 to what a network sees: (value / 255 − mean) / standard deviation, per channel in the order red, green, blue.</summary>
/// <param name="Mean">Mean per channel on the scale 0 … 1.</param>
/// <param name="Std">Standard deviation per channel on the scale 0 … 1, positive.</param>
public sealed record PixelNormalization((float R, float G, float B) Mean, (float R, float G, float B) Std)
{
    /// <summary>The statistics of ImageNet: mean .485, .456, .406, standard deviation .229, .224, .225. The field's default.</summary>
    public static PixelNormalization ImageNet { get; } = new((.485f, .456f, .406f), (.229f, .224f, .225f));

    /// <summary>The scale 0 … 1 as it is.</summary>
    public static PixelNormalization UnitRange { get; } = new((0f, 0f, 0f), (1f, 1f, 1f));

    /// <summary>Throws when a value would make pixels that are not finite.</summary>
    internal void Validate()
    {
        if (!(float.IsFinite(Mean.R) && float.IsFinite(Mean.G) && float.IsFinite(Mean.B)))
            throw OutOfRange(nameof(Mean), Mean, "finite");
        if (!(Std is { R: > 0, G: > 0, B: > 0 } && float.IsFinite(Std.R) && float.IsFinite(Std.G) && float.IsFinite(Std.B)))
            throw OutOfRange(nameof(Std), Std, "finite and above 0");
    }

    private static ArgumentOutOfRangeException OutOfRange(string part, (float R, float G, float B) value, string allowed) => new(
        part, value, FormattableString.Invariant($"Normalization.{part} is ({value.R}, {value.G}, {value.B}); it must be {allowed} in every channel."));
}
