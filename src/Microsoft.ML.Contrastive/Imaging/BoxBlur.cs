using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

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
    private const int WidestLane = 16;

    private byte[] _margined = [];
    private byte[] _other = [];

    /// <summary>Blurs a plane in place.</summary>
    /// <param name="plane">Height × width bytes.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="sigma">Standard deviation in pixels, positive; beyond the larger side it counts as that, which bounds time and memory.</param>
    public void Run(Span<byte> plane, int width, int height, float sigma)
    {
        // With a margin of repeated edge pixels a pass is one loop over the whole plane, whose lanes may even run over its end.
        float radius = Radius(Math.Min(sigma, Math.Max(width, height)));
        int margin = (int)radius + 1, stride = width + (2 * margin);
        long length = ((height + (2L * margin)) * stride) + WidestLane;
        var from = Scratch.Of(ref _margined, length);
        var to = Scratch.Of(ref _other, length);
        int first = margin * stride;
        for (int y = 0; y < height; y++)
            plane.Slice(y * width, width).CopyTo(from[(first + (y * stride) + margin)..]);
        for (int pass = 0; pass < 2 * Passes; pass++)
        {
            bool alongRows = pass < Passes;
            if (alongRows)
                ExtendRows(from[first..], width, height, margin);
            else
                ExtendColumns(from, stride, height, margin);
            WidestLanes.Run(new BoxPass(from[first..], to[first..], height * stride, alongRows ? 1 : stride, radius));
            Span<byte> blurred = to;
            to = from;
            from = blurred;
        }
        for (int y = 0; y < height; y++)
            from.Slice(first + (y * stride) + margin, width).CopyTo(plane[(y * width)..]);
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

    private static void ExtendRows(Span<byte> rows, int width, int height, int margin)
    {
        ref byte start = ref MemoryMarshal.GetReference(rows);
        for (int y = 0; y < height; y++)
        {
            ref byte end = ref Unsafe.Add(ref start, margin + width);
            (byte left, byte right) = (Unsafe.Add(ref start, margin), Unsafe.Subtract(ref end, 1));
            for (int k = 0; k < margin; k++)
            {
                Unsafe.Add(ref start, k) = left;
                Unsafe.Add(ref end, k) = right;
            }
            start = ref Unsafe.Add(ref end, margin);
        }
    }

    private static void ExtendColumns(Span<byte> margined, int stride, int height, int margin)
    {
        Span<byte> top = margined.Slice(margin * stride, stride), bottom = margined.Slice((margin + height - 1) * stride, stride);
        for (int k = 0; k < margin; k++)
        {
            top.CopyTo(margined[(k * stride)..]);
            bottom.CopyTo(margined[((margin + height + k) * stride)..]);
        }
    }

    /// <summary>One box filter over neighbours at a distance of one step: full weight within the whole radius, the rest on the two beyond.</summary>
    private readonly ref struct BoxPass(ReadOnlySpan<byte> source, Span<byte> target, int length, int step, float radius) : ILaneWork
    {
        private readonly ref byte _source = ref MemoryMarshal.GetReference(source);
        private readonly ref byte _target = ref MemoryMarshal.GetReference(target);
        private readonly int _length = length, _step = step, _whole = (int)radius;
        private readonly float _radius = radius;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TInt, TFloat>()
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            int within = (int)((1 << FractionBits) / ((_radius * 2) + 1));
            TInt inner = TInt.Create(within), outer = TInt.Create(((1 << FractionBits) - (((2 * _whole) + 1) * within)) / 2);
            TInt half = TInt.Create(1 << (FractionBits - 1));
            int beyond = (_whole + 1) * _step;
            for (int i = 0; i < _length; i += TInt.Count)
            {
                ref byte centre = ref Unsafe.Add(ref _source, i);
                TInt sum = TInt.Load(ref centre);
                for (int k = 1, offset = _step; k <= _whole; k++, offset += _step)
                    sum += TInt.Load(ref Unsafe.Subtract(ref centre, offset)) + TInt.Load(ref Unsafe.Add(ref centre, offset));
                TInt edges = TInt.Load(ref Unsafe.Subtract(ref centre, beyond)) + TInt.Load(ref Unsafe.Add(ref centre, beyond));
                TInt.Store(((sum * inner) + (edges * outer) + half) >>> FractionBits, ref Unsafe.Add(ref _target, i));
            }
        }
    }
}
