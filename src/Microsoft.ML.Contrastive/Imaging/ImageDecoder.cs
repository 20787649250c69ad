using System.Buffers;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Decodes image files to packed pixels: in full by the decoder of <c>LoadImages</c>, bit for bit as it does, or reduced. One for each thread.
/// </summary>
/// <remarks>
/// Reduction lets the JPEG decoder scale while it transforms (by eighths, to the next size above), which saves a part of the work, and brings the result to its
/// size by the antialiased bilinear filter that renders views. Other formats are decoded in full first.
/// </remarks>
/// <param name="shorterSide">Shorter side that larger images are reduced to, in pixels; <see langword="null"/> for none.</param>
internal sealed class ImageDecoder(int? shorterSide = null)
{
    private const int JpegSteps = 8;

    private readonly Resize _resize = new();
    private byte[] _pixels = [];
    private byte[] _scaled = [];
    private byte[] _planes = [];

    /// <summary>The size that an image has when it is decoded.</summary>
    /// <param name="size">Size by its header.</param>
    /// <param name="shorterSide">Shorter side that larger images are reduced to, or <see langword="null"/>.</param>
    public static ImageSize SizeOf(ImageSize size, int? shorterSide)
    {
        int shorter = Math.Min(size.Width, size.Height);
        if (shorterSide is not { } side || shorter <= side)
            return size;
        double scale = (double)side / shorter;
        return new((int)Math.Round(size.Width * scale), (int)Math.Round(size.Height * scale));
    }

    /// <summary>Decodes a file. The image is valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">It cannot be decoded; the message names it.</exception>
    public RgbImage Decode(string path)
    {
        try
        {
            return (shorterSide is null ? null : Reduced(path)) is { } size ? Packed(size) : Full(path);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Of a damaged file, ML.NET says that its path is invalid.
            string reason = e is ArgumentException ? File.Exists(path) ? "it is damaged." : "it is missing." : e.Message;
            throw new InvalidOperationException($"The image '{path}' cannot be decoded: {reason} LoadImagesFromFolder(…, validate: true) leaves such files out.", e);
        }
    }

    private RgbImage Full(string path)
    {
        using MLImage image = MLImage.CreateFromFile(path);
        Span<byte> pixels = Scratch.Of(ref _pixels, MLImagePixels.PackedLength(image));
        MLImagePixels.CopyTo(image, pixels);
        return new RgbImage(pixels, image.Width, image.Height);
    }

    private RgbImage Packed(ImageSize size) => new(_pixels.AsSpan(0, size.Width * size.Height * 3), size.Width, size.Height);

    /// <returns>The size; <see langword="null"/> where the image is not larger.</returns>
    private ImageSize? Reduced(string path)
    {
        using SKCodec codec = SKCodec.Create(path) ?? throw new InvalidDataException("there is no decoder for it.");
        var full = new ImageSize(codec.Info.Width, codec.Info.Height);
        ImageSize size = SizeOf(full, shorterSide);
        if (size == full)
            return null;

        // Rounded up: enlarging again what was scaled down too far would blur.
        double scale = Math.Ceiling((double)JpegSteps * Math.Max(size.Width, size.Height) / Math.Max(full.Width, full.Height)) / JpegSteps;
        SKSizeI scaled = codec.GetScaledDimensions((float)scale);
        if (scaled.Width < size.Width || scaled.Height < size.Height)
            scaled = codec.Info.Size;
        SKImageInfo info = codec.Info.WithSize(scaled).WithColorType(SKColorType.Rgba8888).WithColorSpace(null);
        info.AlphaType = SKAlphaType.Premul;
        byte[] rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            Unpack(codec, info, rgba);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }

        Span<byte> planes = Scratch.Of(ref _planes, size.Area * 3);
        _resize.Run(
            new RgbImage(_scaled.AsSpan(0, scaled.Width * scaled.Height * 3), scaled.Width, scaled.Height),
            BoxSide.Create(0, scaled.Width, scaled.Width), BoxSide.Create(0, scaled.Height, scaled.Height), size.Width, size.Height, ResizeFilter.Bilinear, flip: false, planes);
        Interleave(planes, Scratch.Of(ref _pixels, planes.Length));
        return size;
    }

    private unsafe void Unpack(SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* target = rgba)
        {
            // Data that is cut off leaves black, as it does when the image is decoded in full.
            SKCodecResult result = codec.GetPixels(info, (nint)target);
            if (result is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
                throw new InvalidDataException($"it is damaged ({result}).");
        }

        Span<byte> rgb = Scratch.Of(ref _scaled, 3L * info.Width * info.Height);
        for (int p = 0, q = 0; p < rgb.Length; p += 3, q += 4)
            (rgb[p], rgb[p + 1], rgb[p + 2]) = (rgba[q], rgba[q + 1], rgba[q + 2]);
    }

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> rgb)
    {
        int plane = planes.Length / 3;
        for (int i = 0; i < plane; i++)
            (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = (planes[i], planes[i + plane], planes[i + (2 * plane)]);
    }
}
