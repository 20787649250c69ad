using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

/// <summary>A folder to make tiny data sets in; deleted when disposed.</summary>
internal sealed class DatasetFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("contrastive-dataset-").FullName;

    public string Cache => System.IO.Path.Combine(Path, ".cache");

    public DatasetOptions Options => new() { CacheFolder = Cache };

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A PNG of one colour: its red channel is <paramref name="shade"/>.</summary>
    public static byte[] Png(byte shade = 200, int width = 3, int height = 2)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(shade, 10, 20));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
    }

    public void Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Images by name; the i-th has the shade i.</summary>
    public void WriteImages(params string[] names)
    {
        foreach ((int i, string name) in names.Index())
            Write(name, Png((byte)i));
    }

    public Dataset Open(string name = "", string? format = null) => Dataset.Open(this[name], Options with { Format = format });

    public string Error(string name = "", Func<DatasetOptions, DatasetOptions>? options = null)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Dataset.Open(this[name], (options ?? (o => o))(Options)).Dispose());
        Assert.True(error is InvalidDataException or IOException or ArgumentException, error.ToString());
        return error.Message;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A row as a test compares it.</summary>
internal sealed class DatasetRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";

    public string Split { get; set; } = "";

    /// <summary>The rows, with what differs from machine to machine cut off: "name label split".</summary>
    public static string[] Of(Dataset dataset, string folder) => [.. Read(dataset.Rows).Select(row => $"{row.ImagePath.Replace(folder + '/', "", StringComparison.Ordinal)} {row.Label} {row.Split}")];

    public static IEnumerable<DatasetRow> Read(IDataView rows) => new MLContext().Data.CreateEnumerable<DatasetRow>(rows, reuseRowObject: false);

    /// <summary>Red, green and blue of a pixel of each image.</summary>
    public static (byte Red, byte Green, byte Blue)[] Pixels(IDataView rows, int x = 0, int y = 0)
    {
        var pixels = new List<(byte, byte, byte)>();
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["Image"]]);
        ValueGetter<MLImage> get = cursor.GetGetter<MLImage>(rows.Schema["Image"]);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            get(ref image);
            int at = 4 * ((y * image.Width) + x);
            Assert.Equal(MLPixelFormat.Bgra32, image.PixelFormat);
            pixels.Add((image.Pixels[at + 2], image.Pixels[at + 1], image.Pixels[at]));
        }

        image?.Dispose();
        return [.. pixels];
    }
}
