using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Brightness, contrast and saturation as torchvision has them on Pillow images: each blends the image with a degenerate one d (black, the
/// mean grey, the grey image), d + f·(x − d) in single precision, clipped to 0 … 255 and truncated. Planes in, planes out.
/// </summary>
internal static class ColorOperations
{
    /// <summary>Blends with black.</summary>
    public static void Brightness(Span<byte> planes, float factor) => BlendWithLevel(planes, 0, factor);

    /// <summary>Blends with the mean of the luma, rounded to a level.</summary>
    public static void Contrast(Span<byte> planes, float factor)
    {
        int level = (int)(((double)Luma.Sum(planes) / (planes.Length / 3)) + 0.5);
        BlendWithLevel(planes, level, factor);
    }

    /// <summary>Blends with the luma of each pixel.</summary>
    public static void Saturation(Span<byte> planes, float factor) => LaneLoop.Run(new LumaBlend(planes, factor), planes.Length / 3);

    private static void BlendWithLevel(Span<byte> values, int level, float factor)
    {
        if (!ByteTable.IsFast)
        {
            LaneLoop.Run(new LevelBlend(values, level, factor), values.Length);
            return;
        }

        Span<byte> table = stackalloc byte[ByteTable.Length];
        ByteTable.Identity(table);
        LaneLoop.Run(new LevelBlend(table, level, factor), table.Length);
        ByteTable.Apply(values, table);
    }

    /// <summary>Blends one value with its degenerate one.</summary>
    public static byte Blend(int degenerate, int value, float factor)
    {
        float blended = degenerate + (factor * (value - degenerate));
        return (byte)Math.Clamp(blended, 0f, 255f);
    }
}
