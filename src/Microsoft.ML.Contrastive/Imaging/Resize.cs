using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Crop, antialiased resize and flip in one go over the source pixels, from packed pixels to planes. The crop comes first (pixels outside
/// the box are never used), then a pass along the rows and one down the columns, with 8 bits after each; a pass that would not change
/// anything is left out. Bit-equal to Pillow.
/// </summary>
internal sealed class Resize
{
    private readonly ResampleWeights _weights = new();
    private readonly HorizontalResize _horizontal = new();
    private byte[] _narrowed = [];

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
            _weights.Compute(x, width, filter);
            _horizontal.Run(source, x, y, _weights, width, flip, narrowed);
        }

        if (!copyRows)
        {
            _weights.Compute(y, height, filter);
            for (int channel = 0; channel < 3; channel++)
            {
                var plane = narrowed.Slice(channel * y.Count * width, y.Count * width);
                WidestLanes.Run(new VerticalResize(plane, planes.Slice(channel * height * width, height * width), _weights, width, height));
            }
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
}
