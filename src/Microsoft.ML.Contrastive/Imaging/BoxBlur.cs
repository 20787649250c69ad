using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Pillow's <c>GaussianBlur(radius = σ)</c>: three extended box filters along the rows and three down the columns, whose widths give exactly
/// the variance σ² (Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box filtering", 2011). Integer arithmetic, 8 bits
/// after every pass, edge pixels repeated.
/// </summary>
internal sealed class BoxBlur
{
    private const int Passes = 3;
    private const int FractionBits = 24;
    private const uint Half = 1u << (FractionBits - 1);

    private byte[] _scratch = [];
    private uint[] _sums = [];

    /// <summary>Blurs a plane in place.</summary>
    /// <param name="plane">Height × width bytes.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="sigma">Standard deviation in pixels, positive.</param>
    public void Run(Span<byte> plane, int width, int height, float sigma)
    {
        float radius = Radius(sigma);
        var scratch = Scratch.Of(ref _scratch, plane.Length);
        var sums = Scratch.Of(ref _sums, Math.Max(width, height));

        // Down the columns of the transposed plane, three times to and fro: the result lies in `plane`.
        Transpose.Run(plane, scratch, width, height);
        Pass(scratch, plane, height, width, radius, sums);
        Pass(plane, scratch, height, width, radius, sums);
        Pass(scratch, plane, height, width, radius, sums);
        Transpose.Run(plane, scratch, height, width);
        Pass(scratch, plane, width, height, radius, sums);
        Pass(plane, scratch, width, height, radius, sums);
        Pass(scratch, plane, width, height, radius, sums);
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
    private static void Pass(ReadOnlySpan<byte> source, Span<byte> target, int width, int height, float radius, Span<uint> sums)
    {
        int whole = (int)radius;
        uint inner = (uint)((1 << FractionBits) / ((radius * 2) + 1));
        uint outer = (uint)((1 << FractionBits) - (((2 * whole) + 1) * inner)) / 2;

        // The sums of the rows within the whole radius, moved down by a row at a time.
        sums = sums[..width];
        sums.Clear();
        for (int k = -whole; k <= whole; k++)
        {
            var row = RowAt(source, k);
            for (int x = 0; x < width; x++)
                sums[x] += row[x];
        }
        for (int y = 0; y < height; y++)
        {
            Row(sums, RowAt(source, y - whole - 1), RowAt(source, y - whole), RowAt(source, y + whole + 1),
                target.Slice(y * width, width), inner, outer);
        }

        ReadOnlySpan<byte> RowAt(ReadOnlySpan<byte> plane, int y) => plane.Slice(Math.Clamp(y, 0, height - 1) * width, width);
    }

    /// <summary>One row of the result, from the sums about it and the rows before, at and behind their ends.</summary>
    private static void Row(
        Span<uint> sums, ReadOnlySpan<byte> before, ReadOnlySpan<byte> leaving, ReadOnlySpan<byte> entering, Span<byte> target, uint inner, uint outer)
    {
        ref uint sum = ref MemoryMarshal.GetReference(sums);
        ref byte b = ref MemoryMarshal.GetReference(before);
        ref byte l = ref MemoryMarshal.GetReference(leaving);
        ref byte e = ref MemoryMarshal.GetReference(entering);
        ref byte t = ref MemoryMarshal.GetReference(target);
        int x = 0;
        for (; x <= target.Length - PixelLanes.Count; x += PixelLanes.Count)
        {
            var within = Vector256.LoadUnsafe(ref sum, (nuint)x);
            var next = PixelLanes.Load(ref Unsafe.Add(ref e, x)).AsUInt32();
            var beyond = PixelLanes.Load(ref Unsafe.Add(ref b, x)).AsUInt32() + next;
            var value = (within * inner) + (beyond * outer) + Vector256.Create(Half);
            PixelLanes.Store((value >> FractionBits).AsInt32(), ref Unsafe.Add(ref t, x));
            (within + next - PixelLanes.Load(ref Unsafe.Add(ref l, x)).AsUInt32()).StoreUnsafe(ref sum, (nuint)x);
        }
        for (; x < target.Length; x++)
        {
            uint value = (sums[x] * inner) + ((uint)(before[x] + entering[x]) * outer) + Half;
            target[x] = (byte)(value >> FractionBits);
            sums[x] += entering[x] - (uint)leaving[x];
        }
    }
}
