using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>One side of a crop box on one axis of an image: which pixels it touches, and where it lies among them.</summary>
/// <param name="First">The first pixel that the box touches.</param>
/// <param name="Count">Number of pixels that the box touches: no other pixel is ever read.</param>
/// <param name="Offset">Where the box begins, in pixels after the left edge of <paramref name="First"/>: 0 for integer boxes, below 1 for others.</param>
/// <param name="Length">Length of the box in pixels.</param>
internal readonly record struct BoxSide(int First, int Count, double Offset, double Length)
{
    /// <summary>Places a box on an axis. What sticks out of the image (rounding of positions in single precision) is cut off.</summary>
    public static BoxSide Create(float start, float length, int size)
    {
        double from = Math.Max(start, 0.0);
        double to = Math.Min((double)start + length, size);
        if (!(from < to))
            throw new ArgumentException($"A crop box from {start} of length {length} does not touch an image of {size} pixels.");
        int first = (int)from;
        int last = (int)Math.Ceiling(to);
        return new(first, last - first, from - first, to - from);
    }

    /// <summary>Whether resizing to a number of pixels copies the touched pixels.</summary>
    public bool IsCopy(int outputs) => Offset == 0 && Count == outputs && Length == outputs;
}

/// <summary>
/// The weights with which source pixels enter each output pixel of an antialiased resize: Pillow's, in multiples of 2⁻²².
/// </summary>
/// <remarks>
/// Computed afresh for each view, into the same arrays: that takes time in proportion to the sides of the crop, the resize in proportion
/// to its area, and a table for every length that random crops of large photographs can have would take hundreds of megabytes.
/// </remarks>
internal sealed class ResampleWeights
{
    /// <summary>Fraction bits of a weight: 8 bits of pixel, 22 of weight and 2 for the overshoot of the cubic fill 32.</summary>
    public const int FractionBits = 22;

    /// <summary>A half, added before the fraction is cut off.</summary>
    public const int Half = 1 << (FractionBits - 1);

    private int[] _starts = [];
    private int[] _weights = [];
    private double[] _taps = [];

    /// <summary>First source pixel of each output pixel, counted from the first pixel that the box touches.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Number of weights of every output pixel, 0 among them where a filter reaches less far: loops of one length are predicted.</summary>
    public int Taps { get; private set; }

    /// <summary>The weights of one output pixel after the other, for the pixels from its start on; all of these are within the box side.</summary>
    public ReadOnlySpan<int> All => _weights;

    /// <summary>Computes the weights of a resize from a box side to a number of pixels.</summary>
    public void Compute(BoxSide side, int outputs, ResizeFilter filter)
    {
        double scale = side.Length / outputs;
        double filterScale = Math.Max(scale, 1.0);
        double support = filterScale * (filter == ResizeFilter.Bicubic ? 2.0 : 1.0);
        var starts = Scratch.Of(ref _starts, outputs);
        Taps = 0;
        for (int o = 0; o < outputs; o++)
        {
            (starts[o], int count) = Reach(o);
            Taps = Math.Max(Taps, count);
        }

        var all = Scratch.Of(ref _weights, (long)outputs * Taps);
        all.Clear();
        var taps = Scratch.Of(ref _taps, Taps);
        double inverse = 1.0 / filterScale;
        for (int o = 0; o < outputs; o++)
        {
            (int start, int count) = Reach(o);
            double centre = Centre(o), sum = 0;
            for (int k = 0; k < count; k++)
            {
                double x = (k + start - centre + 0.5) * inverse;
                double w = filter == ResizeFilter.Bicubic ? Cubic(x) : Triangle(x);
                taps[k] = w;
                sum += w;
            }

            // At the end of the side the first weights are the ones that are 0.
            starts[o] = Math.Min(start, side.Count - Taps);
            var weights = all.Slice((o * Taps) + start - starts[o], count);
            for (int k = 0; k < count; k++)
            {
                double w = taps[k] / sum * (1 << FractionBits);
                weights[k] = (int)(w < 0 ? w - 0.5 : w + 0.5);
            }
        }

        double Centre(int output) => side.Offset + ((output + 0.5) * scale);

        (int Start, int Count) Reach(int output)
        {
            int start = Math.Max((int)(Centre(output) - support + 0.5), 0);
            return (start, Math.Min((int)(Centre(output) + support + 0.5), side.Count) - start);
        }
    }

    private static double Triangle(double x) => Math.Max(1.0 - Math.Abs(x), 0.0);

    /// <summary>Keys' cubic with a = −0.5.</summary>
    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1.0)
            return ((((a + 2.0) * x) - (a + 3.0)) * x * x) + 1;
        if (x < 2.0)
            return ((((x - 5) * x) + 8) * x - 4) * a;
        return 0.0;
    }
}
