using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// A sampled Gaussian of fixed length (SimCLR: a tenth of the image's height), normalised, borders mirrored without repeating the edge pixel as
/// torchvision does. Integer arithmetic with 8 fraction bits between the two passes, rounded once at the end.
/// </summary>
internal sealed class KernelBlur
{
    private const int WeightBits = 16;
    private const int BetweenBits = 8;

    private uint[] _weights = [];
    private byte[] _border = [];
    private ushort[] _between = [];

    /// <summary>Kernel length of SimCLR: int(height / 10), made odd by rounding up.</summary>
    public static int KernelSize(int height) => (height / 10) | 1;

    /// <summary>Blurs a plane in place.</summary>
    /// <param name="plane">Height × width bytes.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="kernel">Length of the kernel in pixels, odd.</param>
    /// <param name="sigma">Standard deviation in pixels, positive.</param>
    public void Run(Span<byte> plane, int width, int height, int kernel, float sigma)
    {
        var weights = Weights(kernel / 2, sigma);
        int radius = weights.Length / 2;
        var between = Scratch.Of(ref _between, (long)width * height);
        var border = Scratch.Of(ref _border, width + (2 * radius));
        for (int y = 0; y < height; y++)
            AlongRow(plane.Slice(y * width, width), between.Slice(y * width, width), border, weights);
        for (int y = 0; y < height; y++)
            DownColumns(between, plane.Slice(y * width, width), width, height, y, weights);
    }

    private Span<uint> Weights(int radius, float sigma)
    {
        var weights = Scratch.Of(ref _weights, (2 * radius) + 1);
        double sum = 1;
        for (int k = 1; k <= radius; k++)
            sum += 2 * Math.Exp(-0.5 * k * k / ((double)sigma * sigma));
        uint rest = 1u << WeightBits;
        for (int k = 1; k <= radius; k++)
        {
            uint w = (uint)((Math.Exp(-0.5 * k * k / ((double)sigma * sigma)) / sum * (1 << WeightBits)) + 0.5);
            weights[radius - k] = weights[radius + k] = w;
            rest -= 2 * w;
        }
        // The middle weight takes what rounding left, so that flat areas keep their level.
        weights[radius] = rest;

        // Weights that vanish (beyond some 4 σ) need not be applied.
        int vanishing = weights.IndexOfAnyExcept(0u);
        return weights[vanishing..^vanishing];
    }

    private static void AlongRow(ReadOnlySpan<byte> row, Span<ushort> result, Span<byte> border, ReadOnlySpan<uint> weights)
    {
        int radius = weights.Length / 2;
        int width = row.Length;
        row.CopyTo(border[radius..]);
        for (int k = 1; k <= radius; k++)
        {
            border[radius - k] = row[Mirror(-k, width)];
            border[radius + width - 1 + k] = row[Mirror(width - 1 + k, width)];
        }

        ref byte first = ref MemoryMarshal.GetReference(border);
        const uint half = 1u << (WeightBits - BetweenBits - 1);
        int i = 0;
        for (; i <= width - PixelLanes.Count; i += PixelLanes.Count)
        {
            var sum = Vector256.Create(half);
            for (int k = 0; k < weights.Length; k++)
                sum += PixelLanes.Load(ref Unsafe.Add(ref first, i + k)).AsUInt32() * weights[k];
            sum >>= WeightBits - BetweenBits;
            Vector128.Narrow(sum.GetLower(), sum.GetUpper()).CopyTo(result[i..]);
        }
        for (; i < width; i++)
        {
            uint sum = half;
            for (int k = 0; k < weights.Length; k++)
                sum += border[i + k] * weights[k];
            result[i] = (ushort)(sum >> (WeightBits - BetweenBits));
        }
    }

    private static void DownColumns(ReadOnlySpan<ushort> between, Span<byte> row, int width, int height, int y, ReadOnlySpan<uint> weights)
    {
        int radius = weights.Length / 2;
        ref ushort first = ref MemoryMarshal.GetReference(between);
        const uint half = 1u << (WeightBits + BetweenBits - 1);
        int i = 0;
        for (; i <= width - PixelLanes.Count; i += PixelLanes.Count)
        {
            var sum = Vector256.Create(half);
            for (int k = 0; k < weights.Length; k++)
            {
                var words = Vector128.LoadUnsafe(ref first, (nuint)((Mirror(y + k - radius, height) * width) + i));
                sum += Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)) * weights[k];
            }
            PixelLanes.Store((sum >> (WeightBits + BetweenBits)).AsInt32(), ref row[i]);
        }
        for (; i < width; i++)
        {
            uint sum = half;
            for (int k = 0; k < weights.Length; k++)
                sum += between[(Mirror(y + k - radius, height) * width) + i] * weights[k];
            row[i] = (byte)(sum >> (WeightBits + BetweenBits));
        }
    }

    /// <summary>… 2 1 | 0 1 2 … n−1 | n−2 n−3 …, repeatedly where the kernel is longer than the image.</summary>
    private static int Mirror(int i, int n)
    {
        if ((uint)i < (uint)n)
            return i;
        if (n == 1)
            return 0;
        int period = 2 * (n - 1);
        i = Math.Abs(i) % period;
        return i < n ? i : period - i;
    }
}
