using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>From the planes that operations work on to what leaves the renderer.</summary>
internal static class PlanarPixels
{
    /// <summary>Planes to packed pixels.</summary>
    public static void Pack(ReadOnlySpan<byte> planes, Span<byte> rgb)
    {
        int n = planes.Length / 3;
        var red = planes[..n];
        var green = planes.Slice(n, n);
        var blue = planes.Slice(2 * n, n);
        for (int i = 0, p = 0; i < n; i++, p += 3)
        {
            rgb[p] = red[i];
            rgb[p + 1] = green[i];
            rgb[p + 2] = blue[i];
        }
    }

    /// <summary>Packed pixels to planes.</summary>
    public static void Unpack(ReadOnlySpan<byte> rgb, Span<byte> planes)
    {
        int n = planes.Length / 3;
        for (int i = 0, p = 0; i < n; i++, p += 3)
        {
            planes[i] = rgb[p];
            planes[n + i] = rgb[p + 1];
            planes[(2 * n) + i] = rgb[p + 2];
        }
    }

    /// <summary>Planes of bytes to planes of normalised values.</summary>
    public static void Normalize(ReadOnlySpan<byte> planes, PixelNormalization normalization, Span<float> chw)
    {
        int n = planes.Length / 3;
        var (mean, std) = normalization;
        Normalize(planes[..n], mean.R, std.R, chw[..n]);
        Normalize(planes.Slice(n, n), mean.G, std.G, chw.Slice(n, n));
        Normalize(planes.Slice(2 * n, n), mean.B, std.B, chw.Slice(2 * n, n));
    }

    private static void Normalize(ReadOnlySpan<byte> values, float mean, float std, Span<float> result)
    {
        float scale = (float)(1 / (255.0 * std));
        float offset = (float)(-(double)mean / std);
        ref byte from = ref MemoryMarshal.GetReference(values);
        ref float to = ref MemoryMarshal.GetReference(result);
        int i = 0;
        for (; i <= values.Length - PixelLanes.Count; i += PixelLanes.Count)
        {
            // A multiplication, then an addition: a fused operation would round differently on machines that lack it.
            var scaled = Vector256.ConvertToSingle(PixelLanes.Load(ref Unsafe.Add(ref from, i))) * scale;
            (scaled + Vector256.Create(offset)).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < values.Length; i++)
        {
            float scaled = values[i] * scale;
            result[i] = scaled + offset;
        }
    }
}
