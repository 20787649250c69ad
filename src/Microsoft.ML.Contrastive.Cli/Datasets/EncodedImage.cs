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

    /// <summary>Whether the begin of a file says that it is an image.</summary>
    public static bool IsImage(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || head.StartsWith("GIF8"u8) || head.StartsWith("BM"u8)
        || (head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8));

    /// <summary>Reads the header of a file on the disk, without reading it as a whole.</summary>
    /// <exception cref="InvalidDataException">There are no or too many pixels in it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SKCodec Open(string path)
    {
        // Length 0 is what pipes and devices have, too: opening one may wait for ever.
        if (new FileInfo(path).Length == 0)
            throw new InvalidDataException($"'{path}' is empty.");
        if (SKCodec.Create(path) is { } codec)
            return RequireUsable(codec, path);
        File.OpenRead(path).Dispose(); // says so where it is only forbidden
        throw NoImage(path);
    }

    /// <summary>Reads the header of a file's content.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="name">What the errors call it.</param>
    /// <exception cref="InvalidDataException">There are no or too many pixels in it.</exception>
    public static SKCodec Open(byte[] bytes, string name)
    {
        if (bytes.Length == 0)
            throw new InvalidDataException($"'{name}' is empty.");
        return SKCodec.Create(SKData.CreateCopy(bytes)) is { } codec ? RequireUsable(codec, name) : throw NoImage(name);
    }

    /// <summary>The pixels, all of them: of a file that is cut off, decoders elsewhere leave the missing part black without an error.</summary>
    /// <exception cref="InvalidDataException">It is cut off or damaged.</exception>
    public static MLImage Decode(SKCodec codec, string name)
    {
        using SKBitmap bitmap = Pixels(codec, name);
        if (bitmap.ColorType == SKColorType.Bgra8888)
            return MLImage.CreateFromPixels(bitmap.Width, bitmap.Height, MLPixelFormat.Bgra32, bitmap.GetPixelSpan());
        using SKBitmap converted = bitmap.Copy(SKColorType.Bgra8888) ?? throw Damaged(name);
        return MLImage.CreateFromPixels(converted.Width, converted.Height, MLPixelFormat.Bgra32, converted.GetPixelSpan());
    }

    /// <summary>Decodes every pixel and forgets it.</summary>
    /// <inheritdoc cref="Decode" path="/exception"/>
    public static void RequireWhole(SKCodec codec, string name) => Pixels(codec, name).Dispose();

    private static SKBitmap Pixels(SKCodec codec, string name)
    {
        SKImageInfo info = codec.Info.WithColorSpace(null);
        if (info.AlphaType == SKAlphaType.Unpremul)
            info = info.WithAlphaType(SKAlphaType.Premul);
        var bitmap = new SKBitmap();
        SKCodecResult result = SKCodecResult.Success;
        bool fits = bitmap.TryAllocPixels(info);
        if (fits && (result = codec.GetPixels(info, bitmap.GetPixels())) == SKCodecResult.Success)
            return bitmap;
        bitmap.Dispose();
        if (!fits)
            throw new InvalidDataException($"'{name}' does not fit into memory ({info.Width}x{info.Height} pixels).");
        throw result == SKCodecResult.IncompleteInput ? new InvalidDataException($"'{name}' is cut off: a part of its pixels is missing. Replace or remove it.") : Damaged(name);
    }

    private static SKCodec RequireUsable(SKCodec codec, string name)
    {
        SKImageInfo info = codec.Info;
        if ((long)info.Width * info.Height is >= 1 and <= MaximumPixels)
            return codec;
        codec.Dispose();
        throw new InvalidDataException($"'{name}' has {info.Width}x{info.Height} pixels by its header; from 1 to {MaximumPixels} are accepted.");
    }

    private static InvalidDataException NoImage(string name) => new($"'{name}' is not an image, or not of a format that can be decoded (JPEG, PNG, BMP, WebP, GIF).");

    private static InvalidDataException Damaged(string name) => new($"'{name}' is damaged and cannot be decoded. Replace or remove it.");
}
