using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

/// <summary>A folder of small noisy images, one hue a class: easy for any encoder, the bare pixels included. Deleted when disposed.</summary>
internal sealed class ColouredImages : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly List<ImageFolder.Row> _train = [];
    private readonly List<ImageFolder.Row> _test = [];

    public ColouredImages(int perClass = 12, int width = 30, int height = 24)
    {
        var random = new Random(1);
        string[] classes = ["blue", "green", "red"];
        for (var i = 0; i < perClass * 2; i++)
        {
            for (var label = 0; label < classes.Length; label++)
                (i % 2 == 0 ? _train : _test).Add(new() { ImagePath = Write($"{classes[label]}{i}.png", label, width, height, random), Label = classes[label] });
        }
    }

    /// <summary>The rows of training images, to be changed before <see cref="Load"/>.</summary>
    public List<ImageFolder.Row> Train => _train;

    /// <summary>The rows of test images, to be changed before <see cref="Load"/>.</summary>
    public List<ImageFolder.Row> Test => _test;

    /// <summary>Rows with their images.</summary>
    public static IDataView Load(MLContext context, IEnumerable<ImageFolder.Row> rows)
    {
        IDataView data = context.Data.LoadFromEnumerable(rows);
        return context.Transforms.LoadImages("Image", null, "ImagePath").Fit(data).Transform(data);
    }

    /// <summary>A file of the folder that is no image.</summary>
    public string Corrupt()
    {
        string path = Path.Combine(_folder, "corrupt.png");
        File.WriteAllText(path, "this is not an image");
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, int label, int width, int height, Random random)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                byte Level(int channel) => (byte)(60 + (channel == label ? 110 : 0) + random.Next(60));
                bitmap.SetPixel(x, y, new SKColor(Level(2), Level(1), Level(0)));
            }
        }

        string path = Path.Combine(_folder, name);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream stream = File.Create(path);
        data.SaveTo(stream);
        return path;
    }
}
