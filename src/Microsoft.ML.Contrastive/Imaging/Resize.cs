using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Crop, antialiased resize and flip in one go over the source pixels, from packed pixels to planes. The crop comes first (pixels outside
/// the box are never used), then a pass along the rows and one down the columns, with 8 bits after each; the second is
/// left out where the height stays. Bit-equal to Pillow.
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

        // Where the width stays, the weights are 0 and 1, and this is the way from packed pixels to planes.
        _weights.Compute(x, width, filter);
        _horizontal.Run(source, x, y, _weights, width, flip, narrowed);
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
}
