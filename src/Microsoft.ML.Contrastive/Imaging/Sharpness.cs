namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Blends the image with a smoothed one (Pillow's <c>ImageEnhance.Sharpness</c>): the smoothing has weights of 5 in the middle and 1 around it, over 13, and leaves the outermost pixels
/// as they are.
/// </summary>
internal sealed class Sharpness
{
    private const int Weights = 13;

    private byte[] _smooth = [];

    public void Run(Span<byte> planes, int width, int height, float factor)
    {
        if (width < 3 || height < 3)
            return;
        Span<byte> smooth = Scratch.Of(ref _smooth, planes.Length);
        planes.CopyTo(smooth);
        for (int channel = 0; channel < 3; channel++)
        {
            int start = channel * width * height;
            for (int y = 1; y < height - 1; y++)
            {
                for (int at = start + (y * width) + 1, end = at + width - 2; at < end; at++)
                {
                    int around = planes[at - width - 1] + planes[at - width] + planes[at - width + 1] + planes[at - 1] + planes[at + 1]
                        + planes[at + width - 1] + planes[at + width] + planes[at + width + 1];

                    // Rounded to the nearest: 13 is odd, so there is no tie.
                    smooth[at] = (byte)(((2 * ((5 * planes[at]) + around)) + Weights) / (2 * Weights));
                }
            }
        }

        for (int i = 0; i < planes.Length; i++)
            planes[i] = ColorOperations.Blend(smooth[i], planes[i], factor);
    }
}
