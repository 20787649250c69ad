namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>A view of packed pixels: red, green, blue, one byte each, rows from the top without padding.</summary>
public readonly ref struct RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="pixels">Height × width × 3 bytes.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="pixels"/> is not width × height × 3.</exception>
    public RgbImage(ReadOnlySpan<byte> pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 3)
            throw new ArgumentException($"An image of {width}x{height} has {(long)width * height * 3} bytes; {pixels.Length} were given.", nameof(pixels));
        Pixels = pixels;
        Width = width;
        Height = height;
    }

    /// <summary>The pixels: height × width × 3 bytes.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }
}
