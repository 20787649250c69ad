using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// The pass of a resize along the rows, from packed pixels to planes. Sixteen rows at a time: transposed, a column of a channel is sixteen bytes side by
/// side, all of which enter an output column with the same weight; so lanes are rows, and nothing is gathered.
/// </summary>
internal sealed class HorizontalResize
{
    private const int Rows = ByteTile.Side, Pixel = 3 * Rows;

    private byte[] _small = [];
    private byte[] _columns = [];
    private byte[] _resized = [];

    /// <summary>Fills three planes of y.Count × width bytes.</summary>
    public void Run(RgbImage source, BoxSide x, BoxSide y, ResampleWeights weights, int width, bool flip, Span<byte> planes)
    {
        int bytes = 3 * x.Count, stride = 3 * source.Width;
        ref byte first = ref MemoryMarshal.GetReference(source.Pixels[(((y.First * source.Width) + x.First) * 3)..]);
        if (bytes < ByteTile.Side || y.Count < Rows)
        {
            stride = Math.Max(bytes, ByteTile.Side);
            first = ref Enlarged(source, x, y, stride);
            bytes = stride;
        }

        // A weight may be 0 for a pixel beyond the crop, but none is read there: see ResampleWeights.
        var columns = Scratch.Of(ref _columns, (long)bytes * Rows);
        var resized = Scratch.Of(ref _resized, 3L * width * Rows);
        for (int row = 0; row < y.Count; row += Rows)
        {
            // The last rows are taken together with some of those before them, and computed once more.
            row = Math.Max(Math.Min(row, y.Count - Rows), 0);
            ref byte top = ref Unsafe.Add(ref first, (nint)row * stride);
            for (int b = 0; b < bytes; b += ByteTile.Side)
            {
                b = Math.Min(b, bytes - ByteTile.Side);
                ByteTile.Transpose(ref Unsafe.Add(ref top, b), stride, ref columns[b * Rows], Rows);
            }

            WidestLanes.Run(new Columns(columns, resized, weights, width, flip));
            for (int channel = 0; channel < 3; channel++)
                ToRows(resized.Slice(channel * width * Rows, width * Rows), planes.Slice(((channel * y.Count) + row) * width, Math.Min(Rows, y.Count) * width), width);
        }
    }

    /// <summary>A crop that is smaller than a tile, copied to where it has the room of one.</summary>
    private ref byte Enlarged(RgbImage source, BoxSide x, BoxSide y, int stride)
    {
        var small = Scratch.Of(ref _small, (long)stride * Math.Max(y.Count, Rows));
        for (int row = 0; row < y.Count; row++)
            source.Pixels.Slice((((y.First + row) * source.Width) + x.First) * 3, 3 * x.Count).CopyTo(small[(row * stride)..]);
        return ref MemoryMarshal.GetReference(small);
    }

    /// <summary>Output columns of sixteen rows to rows of a plane.</summary>
    private static void ToRows(ReadOnlySpan<byte> columns, Span<byte> rows, int width)
    {
        ref byte column = ref MemoryMarshal.GetReference(columns);
        if (width >= ByteTile.Side && rows.Length == Rows * width)
        {
            for (int x = 0; x < width; x += ByteTile.Side)
            {
                x = Math.Min(x, width - ByteTile.Side);
                ByteTile.Transpose(ref Unsafe.Add(ref column, x * Rows), Rows, ref rows[x], width);
            }
            return;
        }

        for (int x = 0; x < width; x++)
        {
            for (int y = 0; y < rows.Length / width; y++)
                rows[(y * width) + x] = Unsafe.Add(ref column, (x * Rows) + y);
        }
    }

    private readonly ref struct Columns(ReadOnlySpan<byte> columns, Span<byte> resized, ResampleWeights weights, int width, bool flip) : ILaneWork
    {
        private readonly ref byte _columns = ref MemoryMarshal.GetReference(columns);
        private readonly ref byte _resized = ref MemoryMarshal.GetReference(resized);
        private readonly ReadOnlySpan<int> _starts = weights.Starts;
        private readonly ref int _weights = ref MemoryMarshal.GetReference(weights.All);
        private readonly int _taps = weights.Taps, _plane = width * Rows, _width = width;
        private readonly bool _flip = flip;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TInt, TFloat>()
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            ref int weight = ref _weights;
            for (int o = 0; o < _width; o++)
            {
                ref byte target = ref Unsafe.Add(ref _resized, (_flip ? _width - 1 - o : o) * Rows);
                for (int row = 0; row < Rows; row += TInt.Count)
                {
                    ref byte pixel = ref Unsafe.Add(ref _columns, (_starts[o] * Pixel) + row);
                    TInt red = TInt.Create(ResampleWeights.Half), green = red, blue = red;
                    for (int k = 0; k < _taps; k++)
                    {
                        TInt w = TInt.Create(Unsafe.Add(ref weight, k));
                        red += TInt.Load(ref pixel) * w;
                        green += TInt.Load(ref Unsafe.Add(ref pixel, Rows)) * w;
                        blue += TInt.Load(ref Unsafe.Add(ref pixel, 2 * Rows)) * w;
                        pixel = ref Unsafe.Add(ref pixel, Pixel);
                    }
                    ref byte to = ref Unsafe.Add(ref target, row);
                    TInt.StoreClamped(red >> ResampleWeights.FractionBits, ref to);
                    TInt.StoreClamped(green >> ResampleWeights.FractionBits, ref Unsafe.Add(ref to, _plane));
                    TInt.StoreClamped(blue >> ResampleWeights.FractionBits, ref Unsafe.Add(ref to, 2 * _plane));
                }
                weight = ref Unsafe.Add(ref weight, _taps);
            }
        }
    }
}
