using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Bytes of an image file as pixels, with the meaning that <c>LoadImages</c> gives them (EXIF orientation is not applied, alpha is premultiplied).</summary>
internal static class EncodedImage
{
    /// <summary>Most pixels of an image: where Pillow raises its decompression-bomb error. A header that announces 65,535 × 65,535 keeps the decoder busy for a minute.</summary>
    public const long MaximumPixels = 178_956_970;

    /// <summary>Bytes that <see cref="IsImage"/> looks at.</summary>
    public const int HeadLength = 12;

    /// <summary>Extensions of files that are taken for images, in lower case.</summary>
    public static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    /// <summary>Whether a file's name says that it is an image.</summary>
    public static bool HasExtension(string name)
    {
        ReadOnlySpan<char> extension = Path.GetExtension(name.AsSpan());
        foreach (string known in Extensions)
        {
            if (extension.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether the begin of a file says that it is an image.</summary>
    public static bool IsImage(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || head.StartsWith("GIF8"u8) || head.StartsWith("BM"u8)
        || (head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8));

    /// <summary>Decodes.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">What the errors call it.</param>
    /// <exception cref="InvalidDataException">There are no or too many pixels in it.</exception>
    public static MLImage Decode(byte[] bytes, string name)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        RequireUsable(bytes, name, wholly: false);
        try
        {
            return MLImage.CreateFromStream(stream);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{name}' is damaged and cannot be decoded. Replace or remove it.", error);
        }
    }

    /// <summary>Reads the header, or <paramref name="wholly"/> every pixel: a file that is cut off decodes without an error elsewhere, the missing part black.</summary>
    /// <exception cref="InvalidDataException">There are no or too many pixels in it, or it is cut off.</exception>
    /// <returns>EXIF orientation, 1 for "as stored".</returns>
    public static int RequireUsable(byte[] bytes, string name, bool wholly)
    {
        using SKData data = SKData.CreateCopy(bytes);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            throw new InvalidDataException(bytes.Length == 0 ? $"'{name}' is empty." : $"'{name}' is not an image, or not of a format that can be decoded (JPEG, PNG, BMP, WebP, GIF).");
        SKImageInfo info = codec.Info.WithColorSpace(null);
        if ((long)info.Width * info.Height is var pixels && pixels is < 1 or > MaximumPixels)
            throw new InvalidDataException($"'{name}' has {info.Width}x{info.Height} pixels by its header; from 1 to {MaximumPixels} are accepted.");
        if (!wholly)
            return (int)codec.EncodedOrigin;

        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info))
            throw new InvalidDataException($"'{name}' does not fit into memory ({info.Width}x{info.Height} pixels).");
        return codec.GetPixels(info, bitmap.GetPixels()) switch
        {
            SKCodecResult.Success => (int)codec.EncodedOrigin,
            SKCodecResult.IncompleteInput => throw new InvalidDataException($"'{name}' is cut off: a part of its pixels is missing."),
            _ => throw new InvalidDataException($"'{name}' is damaged and cannot be decoded."),
        };
    }
}
