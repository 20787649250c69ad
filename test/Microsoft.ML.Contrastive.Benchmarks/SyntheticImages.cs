using SkiaSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Images of coloured waves: they compress, resize and blur like photographs and need no download. Only time and memory are measured on them.</summary>
internal sealed class SyntheticImages : IDisposable
{
    private SyntheticImages(string folder) => Folder = folder;

    /// <summary>Where the files are.</summary>
    public string Folder { get; }

    /// <summary>Writes PNG files to a folder of their own below the system's temporary one.</summary>
    public static SyntheticImages Write(int count, int side)
    {
        var images = new SyntheticImages(Directory.CreateTempSubdirectory("contrastive-benchmark-").FullName);
        Parallel.For(0, count, i => File.WriteAllBytes(Path.Combine(images.Folder, $"{i:D5}.png"), Encode(side, i, SKEncodedImageFormat.Png, 100)));
        return images;
    }

    /// <summary>Writes JPEG files, of which every hundredth is the same.</summary>
    public static SyntheticImages WriteJpegs(int count, int side)
    {
        const int Different = 100, Quality = 90;
        byte[][] files = new byte[Different][];
        Parallel.For(0, Different, i => files[i] = Encode(side, i, SKEncodedImageFormat.Jpeg, Quality));
        var images = new SyntheticImages(Directory.CreateTempSubdirectory("contrastive-benchmark-").FullName);
        for (int i = 0; i < count; i++)
            File.WriteAllBytes(Path.Combine(images.Folder, $"{i:D5}.jpg"), files[i % Different]);
        return images;
    }

    /// <summary>The pixels of an image: side × side × 3 bytes.</summary>
    public static byte[] Pixels(int side, int seed)
    {
        var random = new Random(seed);
        var rgb = new byte[side * side * 3];
        for (int channel = 0; channel < 3; channel++)
        {
            double x = random.NextDouble() * 12 / side, y = random.NextDouble() * 12 / side, phase = random.NextDouble() * 6;
            for (int p = 0; p < side * side; p++)
                rgb[(3 * p) + channel] = (byte)(128 + (100 * Math.Sin((x * (p % side)) + (y * (p / side)) + phase)) + random.Next(20));
        }

        return rgb;
    }

    private static byte[] Encode(int side, int seed, SKEncodedImageFormat format, int quality)
    {
        byte[] rgb = Pixels(side, seed);
        byte[] rgba = new byte[side * side * 4];
        for (int p = 0; p < side * side; p++)
        {
            rgb.AsSpan(3 * p, 3).CopyTo(rgba.AsSpan(4 * p));
            rgba[(4 * p) + 3] = byte.MaxValue;
        }

        using var image = SKImage.FromPixelCopy(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using SKData encoded = image.Encode(format, quality);
        return encoded.ToArray();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
