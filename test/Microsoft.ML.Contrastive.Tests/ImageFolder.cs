using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>
/// A folder of small images that differ by class: stripes of one direction a class, at random phase, width and brightness. Deleted when disposed.
/// </summary>
internal sealed class ImageFolder : IDisposable
{
    public ImageFolder(int classes, int perClass, int width = 40, int height = 32, int seed = 1)
    {
        Path = Directory.CreateTempSubdirectory("contrastive-").FullName;
        var random = new Random(seed);
        for (int c = 0; c < classes; c++)
        {
            string folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, $"class{c}")).FullName;
            for (int i = 0; i < perClass; i++)
                Write(System.IO.Path.Combine(folder, $"{i:000}.png"), width, height, Math.PI * c / classes, random);
        }
    }

    public string Path { get; }

    /// <summary>All image files in ordinal order.</summary>
    public string[] Files => [.. Directory.EnumerateFiles(Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Rows of path and class.</summary>
    public IDataView Rows(MLContext context) => context.Data.LoadFromEnumerable(
        Files.Select(f => new Row { ImagePath = f, Label = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(f))! }));

    /// <summary>Puts a file that is no image among the images.</summary>
    public string AddCorrupt(string name = "class0/corrupt.png")
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, "this is not an image");
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Write(string path, int width, int height, double angle, Random random)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        double phase = random.NextDouble() * 6.28, period = 4 + random.NextDouble() * 4, level = 90 + random.NextDouble() * 60;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double wave = Math.Sin((x * Math.Cos(angle) + y * Math.Sin(angle)) * 6.28 / period + phase);
                byte Channel(double offset) => (byte)Math.Clamp(level + 70 * wave + offset + random.Next(-10, 10), 0, 255);
                bitmap.SetPixel(x, y, new SKColor(Channel(20), Channel(0), Channel(-20)));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream stream = File.Create(path);
        data.SaveTo(stream);
    }

    public sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
