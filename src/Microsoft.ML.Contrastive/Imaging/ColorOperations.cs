using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    public static void Saturation(Span<byte> planes, float factor)
    {
        int n = planes.Length / 3;
        ref byte r = ref MemoryMarshal.GetReference(planes);
        ref byte g = ref Unsafe.Add(ref r, n);
        ref byte b = ref Unsafe.Add(ref g, n);
        int i = 0;
        for (; i <= n - PixelLanes.Count; i += PixelLanes.Count)
        {
            var red = PixelLanes.Load(ref Unsafe.Add(ref r, i));
            var green = PixelLanes.Load(ref Unsafe.Add(ref g, i));
            var blue = PixelLanes.Load(ref Unsafe.Add(ref b, i));
            var luma = Luma.Of(red, green, blue);
            PixelLanes.Store(Blend(luma, red, factor), ref Unsafe.Add(ref r, i));
            PixelLanes.Store(Blend(luma, green, factor), ref Unsafe.Add(ref g, i));
            PixelLanes.Store(Blend(luma, blue, factor), ref Unsafe.Add(ref b, i));
        }
        for (; i < n; i++)
        {
            ref byte red = ref planes[i];
            ref byte green = ref planes[n + i];
            ref byte blue = ref planes[(2 * n) + i];
            int luma = Luma.Of(red, green, blue);
            red = Blend(luma, red, factor);
            green = Blend(luma, green, factor);
            blue = Blend(luma, blue, factor);
        }
    }

    private static void BlendWithLevel(Span<byte> values, int level, float factor)
    {
        ref byte first = ref MemoryMarshal.GetReference(values);
        var levels = Vector256.Create(level);
        int i = 0;
        for (; i <= values.Length - PixelLanes.Count; i += PixelLanes.Count)
        {
            ref byte v = ref Unsafe.Add(ref first, i);
            PixelLanes.Store(Blend(levels, PixelLanes.Load(ref v), factor), ref v);
        }
        for (; i < values.Length; i++)
            values[i] = Blend(level, values[i], factor);
    }

    /// <summary>Blends one value with its degenerate one.</summary>
    public static byte Blend(int degenerate, int value, float factor)
    {
        float blended = degenerate + (factor * (value - degenerate));
        return (byte)Math.Clamp(blended, 0f, 255f);
    }

    // A multiplication and an addition, each rounded: a fused one would differ from the scalar loop and from machine to machine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Blend(Vector256<int> degenerate, Vector256<int> value, float factor)
    {
        var difference = Vector256.ConvertToSingle(value - degenerate) * factor;
        var blended = Vector256.ConvertToSingle(degenerate) + difference;
        return Vector256.ConvertToInt32Native(Vector256.Min(Vector256.Max(blended, Vector256<float>.Zero), Vector256.Create(255f)));
    }
}
