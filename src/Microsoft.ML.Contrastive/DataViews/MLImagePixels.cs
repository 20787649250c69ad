using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Between ML.NET's images, four bytes a pixel, and packed pixels, three.</summary>
internal static class MLImagePixels
{
    /// <summary>Copies the colours of an image. Alpha is left out: ML.NET's images hold it multiplied into the colours.</summary>
    /// <param name="image">The image.</param>
    /// <param name="rgb">Receives at least height × width × 3 bytes.</param>
    public static void CopyRgb(MLImage image, Span<byte> rgb)
    {
        ReadOnlySpan<byte> four = image.Pixels;
        int red = image.PixelFormat == MLPixelFormat.Bgra32 ? 2 : 0;
        for (int from = 0, to = 0; from < four.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (four[from + red], four[from + 1], four[from + (2 - red)]);
    }

    /// <summary>Makes an opaque image.</summary>
    public static MLImage FromRgb(RgbImage image)
    {
        ReadOnlySpan<byte> rgb = image.Pixels;
        byte[] four = new byte[image.Width * image.Height * 4];
        for (int from = 0, to = 0; to < four.Length; from += 3, to += 4)
            (four[to], four[to + 1], four[to + 2], four[to + 3]) = (rgb[from + 2], rgb[from + 1], rgb[from], byte.MaxValue);
        return MLImage.CreateFromPixels(image.Width, image.Height, MLPixelFormat.Bgra32, four);
    }
}
