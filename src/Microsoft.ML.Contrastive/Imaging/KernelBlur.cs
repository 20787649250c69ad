using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// A sampled Gaussian of fixed length (SimCLR: a tenth of the image's height), normalised, borders mirrored without repeating the edge pixel as
/// torchvision does. Integer arithmetic with 8 fraction bits between the two passes, rounded once at the end.
/// </summary>
internal sealed class KernelBlur
{
    private const int WeightBits = 16;
    private const int BetweenBits = 8;
    private const int WidestLane = 16;

    private int[] _weights = [];
    private byte[] _margined = [];
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
        // With a margin of mirrored pixels a pass is one loop over the whole plane, whose lanes may even run over its end.
        var weights = Weights(kernel / 2, sigma);
        int radius = weights.Length - 1, stride = width + (2 * radius);
        var margined = Scratch.Of(ref _margined, ((long)height * stride) + WidestLane);
        var between = Scratch.Of(ref _between, ((height + (2L * radius)) * stride) + WidestLane);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> from = plane.Slice(y * width, width);
            Span<byte> to = margined.Slice(y * stride, stride);
            from.CopyTo(to[radius..]);
            for (int k = 1; k <= radius; k++)
                (to[radius - k], to[radius + width - 1 + k]) = (from[Mirror(-k, width)], from[Mirror(width - 1 + k, width)]);
        }

        int length = (height * stride) - (2 * radius), first = (radius * stride) + radius;
        WidestLanes.Run(new RowPass(margined[radius..], between[first..], length, weights));
        for (int k = 1; k <= radius; k++)
        {
            Row(between, Mirror(-k, height)).CopyTo(Row(between, -k));
            Row(between, Mirror(height - 1 + k, height)).CopyTo(Row(between, height - 1 + k));
        }
        WidestLanes.Run(new ColumnPass(between[first..], margined[radius..], length, stride, weights));
        for (int y = 0; y < height; y++)
            margined.Slice((y * stride) + radius, width).CopyTo(plane[(y * width)..]);

        Span<ushort> Row(Span<ushort> rows, int y) => rows.Slice((radius + y) * stride, stride);
    }

    /// <summary>The weight of the middle, then those at a distance of 1, 2, … pixels on either side.</summary>
    private Span<int> Weights(int radius, float sigma)
    {
        var weights = Scratch.Of(ref _weights, radius + 1);
        double sum = 1;
        for (int k = 1; k <= radius; k++)
            sum += 2 * Math.Exp(-0.5 * k * k / ((double)sigma * sigma));
        int rest = 1 << WeightBits;
        for (int k = 1; k <= radius; k++)
        {
            weights[k] = (int)((Math.Exp(-0.5 * k * k / ((double)sigma * sigma)) / sum * (1 << WeightBits)) + 0.5);
            rest -= 2 * weights[k];
        }
        // The middle weight takes what rounding left, so that flat areas keep their level.
        weights[0] = rest;

        // Weights that vanish (beyond some 4 σ) need not be applied.
        return weights[..(weights.LastIndexOfAnyExcept(0) + 1)];
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

    private readonly ref struct RowPass(ReadOnlySpan<byte> source, Span<ushort> target, int length, ReadOnlySpan<int> weights) : ILaneWork
    {
        private readonly ref byte _source = ref MemoryMarshal.GetReference(source);
        private readonly ref ushort _target = ref MemoryMarshal.GetReference(target);
        private readonly int _length = length;
        private readonly ReadOnlySpan<int> _weights = weights;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TInt, TFloat>()
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            for (int i = 0; i < _length; i += TInt.Count)
            {
                ref byte middle = ref Unsafe.Add(ref _source, i);
                TInt sum = (TInt.Load(ref middle) * TInt.Create(_weights[0])) + TInt.Create(1 << (WeightBits - BetweenBits - 1));
                for (int k = 1; k < _weights.Length; k++)
                    sum += (TInt.Load(ref Unsafe.Subtract(ref middle, k)) + TInt.Load(ref Unsafe.Add(ref middle, k))) * TInt.Create(_weights[k]);
                TInt.Store(sum >>> (WeightBits - BetweenBits), ref Unsafe.Add(ref _target, i));
            }
        }
    }

    private readonly ref struct ColumnPass(ReadOnlySpan<ushort> source, Span<byte> target, int length, int stride, ReadOnlySpan<int> weights) : ILaneWork
    {
        private readonly ref ushort _source = ref MemoryMarshal.GetReference(source);
        private readonly ref byte _target = ref MemoryMarshal.GetReference(target);
        private readonly int _length = length, _stride = stride;
        private readonly ReadOnlySpan<int> _weights = weights;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TInt, TFloat>()
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            for (int i = 0; i < _length; i += TInt.Count)
            {
                ref ushort middle = ref Unsafe.Add(ref _source, i);
                TInt sum = (TInt.Load(ref middle) * TInt.Create(_weights[0])) + TInt.Create(1 << (WeightBits + BetweenBits - 1));
                for (int k = 1, offset = _stride; k < _weights.Length; k++, offset += _stride)
                    sum += (TInt.Load(ref Unsafe.Subtract(ref middle, offset)) + TInt.Load(ref Unsafe.Add(ref middle, offset))) * TInt.Create(_weights[k]);
                TInt.Store(sum >>> (WeightBits + BetweenBits), ref Unsafe.Add(ref _target, i));
            }
        }
    }
}
