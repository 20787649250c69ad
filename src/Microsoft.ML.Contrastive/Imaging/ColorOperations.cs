using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Brightness, contrast and saturation as torchvision has them on Pillow images: each blends the image with a degenerate one d (black, the
/// mean grey, the grey image), d + f·(x − d) in single precision, clipped to 0 … 255 and truncated. Planes in, planes out.
/// </summary>
internal static class ColorOperations
{
    /// <summary>Blends with black.</summary>
    public static void Brightness(Span<byte> planes, float factor) => LaneLoop.Run(new LevelBlend(planes, 0, factor), planes.Length);

    /// <summary>Blends with the mean of the luma, rounded to a level.</summary>
    public static void Contrast(Span<byte> planes, float factor)
    {
        int level = (int)(((double)Luma.Sum(planes) / (planes.Length / 3)) + 0.5);
        LaneLoop.Run(new LevelBlend(planes, level, factor), planes.Length);
    }

    /// <summary>Blends with the luma of each pixel.</summary>
    public static void Saturation(Span<byte> planes, float factor) => LaneLoop.Run(new LumaBlend(planes, factor), planes.Length / 3);

    /// <summary>Blends one value with its degenerate one.</summary>
    public static byte Blend(int degenerate, int value, float factor)
    {
        float blended = degenerate + (factor * (value - degenerate));
        return (byte)Math.Clamp(blended, 0f, 255f);
    }
}
