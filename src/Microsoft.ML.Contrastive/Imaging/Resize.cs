using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Crop, antialiased resize and flip in one go over the source pixels, from packed pixels to planes. The crop comes first (pixels outside
/// the box are never used), then a pass along the rows and one down the columns, with 8 bits after each; a pass that would not change
/// anything is left out. Bit-equal to Pillow.
/// </summary>
internal sealed class Resize
{
    private const int Half = 1 << (ResampleWeights.FractionBits - 1);

    private readonly ResampleWeights _horizontal = new();
    private readonly ResampleWeights _vertical = new();
    private byte[] _narrowed = [];
    private byte[] _paddedRow = [];

    /// <summary>Fills three planes of width × height bytes (red, green, blue) with the resized crop.</summary>
    public void Run(RgbImage source, BoxSide x, BoxSide y, int width, int height, ResizeFilter filter, bool flip, Span<byte> planes)
    {
        bool copyRows = y.IsCopy(height);
        Span<byte> narrowed = copyRows ? planes : Scratch.Of(ref _narrowed, 3L * y.Count * width);

        if (x.IsCopy(width))
        {
            for (int row = 0; row < y.Count; row++)
                SplitRow(Row(source, x, y.First + row), narrowed, row * width, y.Count * width, width, flip);
        }
        else
        {
            _horizontal.Compute(x, width, filter);
            AlongRows(source, x, y, narrowed, width, flip);
        }

        if (!copyRows)
        {
            _vertical.Compute(y, height, filter);
            for (int channel = 0; channel < 3; channel++)
                DownColumns(narrowed.Slice(channel * y.Count * width, y.Count * width), planes.Slice(channel * height * width, height * width), width, height);
        }
    }

    private static ReadOnlySpan<byte> Row(RgbImage source, BoxSide x, int row)
        => source.Pixels.Slice(((row * source.Width) + x.First) * 3, x.Count * 3);

    private static void SplitRow(ReadOnlySpan<byte> row, Span<byte> planes, int start, int planeLength, int width, bool flip)
    {
        var red = planes.Slice(start, width);
        var green = planes.Slice(start + planeLength, width);
        var blue = planes.Slice(start + (2 * planeLength), width);
        for (int i = 0, p = 0; i < width; i++, p += 3)
        {
            int o = flip ? width - 1 - i : i;
            red[o] = row[p];
            green[o] = row[p + 1];
            blue[o] = row[p + 2];
        }
    }

    /// <summary>Two rows at a time, since both need the same weights: lanes 0 to 2 hold a pixel of the upper row, lanes 4 to 6 of the lower.</summary>
    private void AlongRows(RgbImage source, BoxSide x, BoxSide y, Span<byte> planes, int width, bool flip)
    {
        int planeLength = y.Count * width;
        ref byte target = ref MemoryMarshal.GetReference(planes);
        for (int row = 0; row < y.Count; row += 2)
        {
            // With an odd number of rows the last one is computed as both rows of its pair.
            int second = Math.Min(row + 1, y.Count - 1);
            ref byte upper = ref Readable(source, x, y.First + row);
            ref byte lower = ref Readable(source, x, y.First + second);
            for (int o = 0; o < width; o++)
            {
                var weights = _horizontal[o];
                nint offset = _horizontal.Starts[o] * 3;
                var sum = Vector256.Create(Half);
                for (int k = 0; k < weights.Length; k++, offset += 3)
                {
                    ulong pixels = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref upper, offset))
                        | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref lower, offset)) << 32);
                    sum += PixelLanes.Widen(pixels) * weights[k];
                }
                ulong result = PixelLanes.Narrow(ToPixels(sum));

                int column = flip ? width - 1 - o : o;
                ref byte a = ref Unsafe.Add(ref target, (row * width) + column);
                ref byte b = ref Unsafe.Add(ref target, (second * width) + column);
                a = (byte)result;
                Unsafe.Add(ref a, planeLength) = (byte)(result >> 8);
                Unsafe.Add(ref a, 2 * planeLength) = (byte)(result >> 16);
                b = (byte)(result >> 32);
                Unsafe.Add(ref b, planeLength) = (byte)(result >> 40);
                Unsafe.Add(ref b, 2 * planeLength) = (byte)(result >> 48);
            }
        }
    }

    /// <summary>A row of the crop of which each pixel may be read as four bytes: a copy where the fourth byte would lie behind the image.</summary>
    private ref byte Readable(RgbImage source, BoxSide x, int row)
    {
        var pixels = Row(source, x, row);
        if (row < source.Height - 1 || x.First + x.Count < source.Width)
            return ref MemoryMarshal.GetReference(pixels);
        var padded = Scratch.Of(ref _paddedRow, pixels.Length + 1);
        pixels.CopyTo(padded);
        return ref MemoryMarshal.GetReference(padded);
    }

    private void DownColumns(ReadOnlySpan<byte> source, Span<byte> target, int width, int height)
    {
        ref byte first = ref MemoryMarshal.GetReference(source);
        for (int o = 0; o < height; o++)
        {
            var weights = _vertical[o];
            ref byte top = ref Unsafe.Add(ref first, _vertical.Starts[o] * width);
            var row = target.Slice(o * width, width);
            int i = 0;
            for (; i <= width - PixelLanes.Count; i += PixelLanes.Count)
                Column8(ref top, weights, i, width, row);
            if (i < width && width >= PixelLanes.Count)
                Column8(ref top, weights, width - PixelLanes.Count, width, row);
            else
            {
                for (; i < width; i++)
                {
                    int sum = Half;
                    for (int k = 0; k < weights.Length; k++)
                        sum += Unsafe.Add(ref top, (k * width) + i) * weights[k];
                    row[i] = (byte)Math.Clamp(sum >> ResampleWeights.FractionBits, 0, 255);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column8(ref byte top, ReadOnlySpan<int> weights, int column, int width, Span<byte> row)
    {
        var sum = Vector256.Create(Half);
        ref byte pixel = ref Unsafe.Add(ref top, column);
        for (int k = 0; k < weights.Length; k++)
        {
            sum += PixelLanes.Load(ref pixel) * weights[k];
            pixel = ref Unsafe.Add(ref pixel, width);
        }
        PixelLanes.Store(ToPixels(sum), ref row[column]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> ToPixels(Vector256<int> sum)
        => Vector256.Min(Vector256.Max(sum >> ResampleWeights.FractionBits, Vector256<int>.Zero), Vector256.Create(255));
}
