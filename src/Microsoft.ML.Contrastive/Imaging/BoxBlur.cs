using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Pillow's <c>GaussianBlur(radius = σ)</c>: three extended box filters along the rows and three down the columns, whose widths give exactly
/// the variance σ² (Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering", 2011). Integer arithmetic, 8 bits
/// after every pass, edge pixels repeated.
/// </summary>
internal static class BoxBlur
{
    private const int Passes = 3;
    private const int FractionBits = 24;

    /// <summary>Blurs a plane.</summary>
    /// <param name="plane">Height × width bytes; holds the result.</param>
    /// <param name="scratch">As many bytes.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="sigma">Standard deviation in pixels, positive.</param>
    public static void Run(Span<byte> plane, Span<byte> scratch, int width, int height, float sigma)
    {
        float radius = Radius(sigma);
        Transpose.Run(plane, scratch, width, height);
        for (int pass = 0; pass < Passes; pass++)
        {
            Pass(scratch, plane, height, width, radius);
            Swap(ref plane, ref scratch);
        }
        // An odd number of passes: the rows' result lies, transposed, in what is now `scratch`.
        Transpose.Run(scratch, plane, height, width);
        for (int pass = 0; pass < Passes; pass++)
        {
            Pass(plane, scratch, width, height, radius);
            Swap(ref plane, ref scratch);
        }
    }

    private static void Swap(ref Span<byte> a, ref Span<byte> b)
    {
        var t = a;
        a = b;
        b = t;
    }

    /// <summary>Real-valued radius of a box of which <see cref="Passes"/> have the variance σ²; single precision as in Pillow.</summary>
    private static float Radius(float sigma)
    {
        float variance = sigma * sigma / Passes;
        float length = (float)Math.Sqrt((12.0 * variance) + 1.0);
        float l = (float)Math.Floor((length - 1.0) / 2.0);
        float a = ((2 * l) + 1) * ((l * (l + 1)) - (3 * variance));
        a /= 6 * (variance - ((l + 1) * (l + 1)));
        return l + a;
    }

    /// <summary>One box filter down the columns: full weight within the whole radius, the rest on the two pixels beyond.</summary>
    private static void Pass(ReadOnlySpan<byte> source, Span<byte> target, int width, int height, float radius)
    {
        int whole = (int)radius;
        uint inner = (uint)((1 << FractionBits) / ((radius * 2) + 1));
        uint outer = (uint)((1 << FractionBits) - (((2 * whole) + 1) * inner)) / 2;

        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        int x = 0;
        for (; x <= width - PixelLanes.Count; x += PixelLanes.Count)
            Columns(ref Unsafe.Add(ref from, x), ref Unsafe.Add(ref to, x), width, height, whole, inner, outer);
        if (x < width && width >= PixelLanes.Count)
        {
            x = width - PixelLanes.Count;
            Columns(ref Unsafe.Add(ref from, x), ref Unsafe.Add(ref to, x), width, height, whole, inner, outer);
            return;
        }
        for (; x < width; x++)
            Column(ref Unsafe.Add(ref from, x), ref Unsafe.Add(ref to, x), width, height, whole, inner, outer);
    }

    private static void Columns(ref byte from, ref byte to, int stride, int height, int whole, uint inner, uint outer)
    {
        var half = Vector256.Create(1u << (FractionBits - 1));
        var sum = Vector256<uint>.Zero;
        for (int k = -whole; k <= whole; k++)
            sum += At(ref from, k, stride, height);
        for (int y = 0; y < height; y++)
        {
            var entering = At(ref from, y + whole + 1, stride, height);
            var value = (sum * inner) + ((At(ref from, y - whole - 1, stride, height) + entering) * outer) + half;
            PixelLanes.Store((value >> FractionBits).AsInt32(), ref Unsafe.Add(ref to, y * stride));
            sum += entering - At(ref from, y - whole, stride, height);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<uint> At(ref byte from, int y, int stride, int height)
            => PixelLanes.Load(ref Unsafe.Add(ref from, Math.Clamp(y, 0, height - 1) * stride)).AsUInt32();
    }

    private static void Column(ref byte from, ref byte to, int stride, int height, int whole, uint inner, uint outer)
    {
        uint sum = 0;
        for (int k = -whole; k <= whole; k++)
            sum += At(ref from, k, stride, height);
        for (int y = 0; y < height; y++)
        {
            uint entering = At(ref from, y + whole + 1, stride, height);
            uint value = (sum * inner) + ((At(ref from, y - whole - 1, stride, height) + entering) * outer) + (1u << (FractionBits - 1));
            Unsafe.Add(ref to, y * stride) = (byte)(value >> FractionBits);
            sum += entering - At(ref from, y - whole, stride, height);
        }

        static uint At(ref byte from, int y, int stride, int height) => Unsafe.Add(ref from, Math.Clamp(y, 0, height - 1) * stride);
    }
}
