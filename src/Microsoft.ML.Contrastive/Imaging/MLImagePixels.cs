using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Between ML.NET's images (four bytes a pixel, alpha premultiplied) and packed pixels (three bytes).</summary>
/// <remarks>Alpha is dropped, which composes transparent images on black, as <c>ExtractPixels</c> does.</remarks>
internal static class MLImagePixels
{
    private const int BytesPerPixel = 4;

    /// <summary>Number of bytes of an image as packed pixels.</summary>
    public static int PackedLength(MLImage image) => checked(image.Width * image.Height * 3);

    /// <summary>Copies an image to packed pixels.</summary>
    /// <param name="image">The image.</param>
    /// <param name="rgb">Receives height × width × 3 bytes.</param>
    public static void CopyTo(MLImage image, Span<byte> rgb)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(image.Pixels);
        if (pixels.Length * 3L != rgb.Length || pixels.Length != (long)image.Width * image.Height)
            throw new ArgumentException($"An image of {image.Width}x{image.Height} has width × height × 3 bytes; there is room for {rgb.Length}.", nameof(rgb));

        switch (image.PixelFormat)
        {
            case MLPixelFormat.Bgra32:
                for (int i = 0, p = 0; i < pixels.Length; i++, p += 3)
                {
                    uint bgra = pixels[i];
                    rgb[p + 2] = (byte)bgra;
                    rgb[p + 1] = (byte)(bgra >> 8);
                    rgb[p] = (byte)(bgra >> 16);
                }
                break;
            case MLPixelFormat.Rgba32:
                for (int i = 0, p = 0; i < pixels.Length; i++, p += 3)
                {
                    uint rgba = pixels[i];
                    rgb[p] = (byte)rgba;
                    rgb[p + 1] = (byte)(rgba >> 8);
                    rgb[p + 2] = (byte)(rgba >> 16);
                }
                break;
            default:
                throw new NotSupportedException($"Pixel format {image.PixelFormat} is not one of Bgra32 and Rgba32.");
        }
    }

    /// <summary>Makes an opaque image of packed pixels.</summary>
    /// <param name="image">The pixels, which are copied.</param>
    /// <param name="tag">What <see cref="MLImage.Tag"/> is to say, usually the path of the file.</param>
    public static MLImage Create(RgbImage image, string? tag = null)
    {
        int count = image.Width * image.Height;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(count * BytesPerPixel);
        try
        {
            var bgra = MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(0, count * BytesPerPixel));
            var rgb = image.Pixels;
            for (int i = 0, p = 0; i < bgra.Length; i++, p += 3)
                bgra[i] = 0xFF000000u | ((uint)rgb[p] << 16) | ((uint)rgb[p + 1] << 8) | rgb[p + 2];
            var result = MLImage.CreateFromPixels(image.Width, image.Height, MLPixelFormat.Bgra32, buffer.AsSpan(0, count * BytesPerPixel));
            result.Tag = tag;
            return result;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
