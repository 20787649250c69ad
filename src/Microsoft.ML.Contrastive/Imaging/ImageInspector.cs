using Microsoft.ML.Contrastive.Augmentation;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Looks at image files without trusting them: nothing is allocated for an image before its header has been judged.</summary>
/// <remarks>
/// <para>The decoder is the one of <c>LoadImages</c> and <c>MLImage.CreateFromFile</c> (SkiaSharp), whose habits are these. JPEG (grey, colour
/// and CMYK), PNG (grey, palette, 16 bits, alpha), BMP, WebP and GIF (first frame) become 8 bits a channel; alpha is premultiplied; EXIF
/// orientation is not applied.</para>
/// <para>Two of them are traps: a truncated file decodes without an error, the missing part transparent black, and a header that announces
/// 65,535 × 65,535 pixels keeps the decoder busy for a minute before it fails. Inspecting refuses both.</para>
/// </remarks>
internal sealed class ImageInspector
{
    /// <summary>Most pixels that are accepted by default.</summary>
    public const long DefaultMaximumPixels = PixelLimit.Default;

    private readonly long _maximumPixels;

    /// <summary>Creates an inspector.</summary>
    /// <param name="maximumPixels">Images with more pixels are not usable.</param>
    public ImageInspector(long maximumPixels = DefaultMaximumPixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumPixels, 1);
        _maximumPixels = maximumPixels;
    }

    /// <summary>Reads the header: size, orientation, whether there is a decoder. Data that is cut off or damaged further on goes unnoticed.</summary>
    public ImageInspection InspectHeader(string path) => Inspect(path, decode: false);

    /// <summary>Decodes the whole image, too, and forgets it: cut off and damaged data is found as far as the decoder notices it.</summary>
    public ImageInspection InspectPixels(string path) => Inspect(path, decode: true);

    private ImageInspection Inspect(string path, bool decode)
    {
        try
        {
            using var stream = File.OpenRead(path);
            bool isEmpty = stream.Length == 0;
            using var codec = SKCodec.Create(stream); // closes the stream where there is no decoder
            if (codec is null)
                return new(path, null, 1, isEmpty ? "is empty" : "is not an image, or not of a format that can be decoded (JPEG, PNG, BMP, WebP, GIF)");

            var size = new ImageSize(codec.Info.Width, codec.Info.Height);
            // Skia numbers orientations as EXIF does.
            int orientation = (int)codec.EncodedOrigin;
            if (size.Width < 1 || size.Height < 1)
                return new(path, size, orientation, "has no pixels");
            if (size.Area > _maximumPixels)
                return new(path, size, orientation, $"has {size} pixels by its header, more than the maximum of {_maximumPixels}");
            return new(path, size, orientation, decode ? Decode(codec) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new(path, null, 1, $"cannot be read ({e.Message})");
        }
    }

    private static string? Decode(SKCodec codec)
    {
        using var bitmap = new SKBitmap();
        var info = codec.Info.WithColorSpace(null);
        if (info.AlphaType == SKAlphaType.Unpremul)
            info.AlphaType = SKAlphaType.Premul;
        if (!bitmap.TryAllocPixels(info))
            return $"does not fit into memory ({info.Width}x{info.Height} pixels)";
        return codec.GetPixels(info, bitmap.GetPixels()) switch
        {
            SKCodecResult.Success => null,
            SKCodecResult.IncompleteInput => "is cut off: a part of its pixels is missing",
            _ => "is damaged and cannot be decoded",
        };
    }
}
