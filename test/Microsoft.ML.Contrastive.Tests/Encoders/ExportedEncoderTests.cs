using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

/// <summary>One encoder on every way it can go: on torch, in batches on ONNX Runtime, by ML.NET's own transformer, saved and loaded.</summary>
public sealed class ExportedEncoderTests : IDisposable
{
    private const float Tolerance = 1e-4f;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly MLContext _context = new(seed: 1);
    private readonly ContrastiveEncoderTransformer _encoder;
    private readonly IDataView _rows;

    public ExportedEncoderTests()
    {
        _encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);
        var random = new Random(4);
        List<ImageFolder.Row> rows = [];
        foreach ((int width, int height) in new[] { (24, 24), (45, 30), (30, 45), (128, 96), (25, 200), (7, 5), (1, 1) })
        {
            foreach (SKColorType color in new[] { SKColorType.Bgra8888, SKColorType.Gray8 })
            {
                string path = Path.Combine(_folder, $"{width}x{height}-{color}.png");
                using var bitmap = new SKBitmap(new SKImageInfo(width, height, color, SKAlphaType.Opaque));
                Noise(bitmap, random);
                using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(path, png.ToArray());
                rows.Add(new ImageFolder.Row { ImagePath = path });
            }
        }

        _rows = _context.Data.LoadFromEnumerable(rows);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(4)]
    public void Torch_ONNX_Runtime_in_batches_and_saved_pipelines_agree(int? fixedBatch)
    {
        string file = Path.Combine(_folder, "encoder.onnx");
        _encoder.ExportToOnnx(file, new OnnxExportOptions { FixedBatch = fixedBatch });
        var loading = _context.Transforms.LoadImages("Image", null, "ImagePath");
        var torch = loading.Append(_encoder.AsEstimator()).Fit(_rows);
        var batched = loading.Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file, batchSize: 5)).Fit(_rows);

        float[][] expected = Features(torch);
        AssertClose(expected, Features(batched));
        AssertClose(expected, Features(Reloaded(torch)));
        AssertClose(expected, Features(Reloaded(batched)));
    }

    [Fact]
    public void The_transformer_of_ML_NET_gives_the_same_features_from_the_exported_file()
    {
        string file = Path.Combine(_folder, "encoder.onnx");
        _encoder.ExportToOnnx(file);
        var loading = _context.Transforms.LoadImages("Image", null, "ImagePath");
        var stock = loading
            .Append(_context.Transforms.ResizeImages("Resized", 24, 24, "Image", ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(_context.Transforms.ExtractPixels("image", "Resized"))
            .Append(_context.Transforms.ApplyOnnxModel("features", "image", file));
        AssertClose(Features(loading.Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file)).Fit(_rows)), [.. stock.Fit(_rows).Transform(_rows).GetColumn<float[]>("features")]);
    }

    private static void Noise(SKBitmap bitmap, Random random)
    {
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }
    }

    private ITransformer Reloaded(ITransformer model)
    {
        using var file = new MemoryStream();
        _context.Model.Save(model, _rows.Schema, file);
        file.Position = 0;
        return new MLContext().Model.Load(file, out _);
    }

    private float[][] Features(ITransformer model) => [.. model.Transform(_rows).GetColumn<float[]>("Features")];

    private static void AssertClose(float[][] expected, float[][] actual)
    {
        Assert.Equal(14, expected.Length);
        Assert.Equal(expected.Length, actual.Length);
        foreach ((float[] one, float[] other) in expected.Zip(actual))
            Assert.All(one.Zip(other, (a, b) => Math.Abs(a - b)), difference => Assert.InRange(difference, 0, Tolerance));
    }
}
