using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>ITU-R 601 luma as Pillow computes it: (19595 R + 38470 G + 7471 B + 32768) >> 16.</summary>
internal static class Luma
{
    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 1 << 15, Shift = 16;

    /// <summary>Luma of one pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(int red, int green, int blue) => ((Red * red) + (Green * green) + (Blue * blue) + Half) >> Shift;

    /// <summary>Luma of eight pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Of(Vector256<int> red, Vector256<int> green, Vector256<int> blue)
        => ((red * Red) + (green * Green) + (blue * Blue) + Vector256.Create(Half)) >> Shift;

    /// <summary>Replaces all three planes by the luma.</summary>
    public static void Grayscale(Span<byte> planes)
    {
        int n = planes.Length / 3;
        var red = planes[..n];
        ref byte r = ref MemoryMarshal.GetReference(planes);
        ref byte g = ref Unsafe.Add(ref r, n);
        ref byte b = ref Unsafe.Add(ref g, n);
        int i = 0;
        for (; i <= n - PixelLanes.Count; i += PixelLanes.Count)
        {
            var luma = Of(PixelLanes.Load(ref Unsafe.Add(ref r, i)), PixelLanes.Load(ref Unsafe.Add(ref g, i)), PixelLanes.Load(ref Unsafe.Add(ref b, i)));
            PixelLanes.Store(luma, ref Unsafe.Add(ref r, i));
        }
        for (; i < n; i++)
            red[i] = (byte)Of(red[i], planes[n + i], planes[(2 * n) + i]);
        red.CopyTo(planes[n..]);
        red.CopyTo(planes[(2 * n)..]);
    }

    /// <summary>Sum of the luma over an image.</summary>
    public static long Sum(ReadOnlySpan<byte> planes)
    {
        int n = planes.Length / 3;
        ref byte r = ref MemoryMarshal.GetReference(planes);
        ref byte g = ref Unsafe.Add(ref r, n);
        ref byte b = ref Unsafe.Add(ref g, n);
        // A lane adds 255 at most for each of the block's 2^17 vectors; emptied in between, it cannot overflow.
        const int block = 1 << 20;
        long total = 0;
        int i = 0;
        while (i <= n - PixelLanes.Count)
        {
            var sum = Vector256<int>.Zero;
            int end = Math.Min(n, i + block);
            for (; i <= end - PixelLanes.Count; i += PixelLanes.Count)
                sum += Of(PixelLanes.Load(ref Unsafe.Add(ref r, i)), PixelLanes.Load(ref Unsafe.Add(ref g, i)), PixelLanes.Load(ref Unsafe.Add(ref b, i)));
            for (int lane = 0; lane < PixelLanes.Count; lane++)
                total += sum[lane];
        }
        for (; i < n; i++)
            total += Of(planes[i], planes[n + i], planes[(2 * n) + i]);
        return total;
    }
}
