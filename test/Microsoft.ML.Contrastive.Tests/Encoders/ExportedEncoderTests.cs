using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

/// <summary>One encoder on every way it can go: on torch, in batches on ONNX Runtime, by ML.NET's own transformer, saved and loaded.</summary>
public sealed class ExportedEncoderTests : IDisposable
{
    private const float Tolerance = 1e-4f;

    /// <summary>
    /// Bytes of an encoder beyond which its pipeline is not saved and loaded here: it is parsed and compressed several times, which for the 343 MB of vit-base takes 20 seconds
    /// and 4 GiB, and what is saved is the exported graph, which ML.NET's own transformer runs all the same.
    /// </summary>
    private const long LargestSaved = 200 << 20;

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
        var onTorch = loading.Append(_encoder.AsEstimator()).Fit(_rows);
        var batched = loading.Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file, batchSize: 5)).Fit(_rows);

        float[][] expected = Features(onTorch);
        AssertClose(expected, Features(batched));
        AssertClose(expected, Features(Reloaded(onTorch)));
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

    /// <summary>All that the registry knows, narrow where they can be but for one ResNet, and every stem; one that is added is walked without a line here.</summary>
    public static TheoryData<string> Backbones =>
    [
        .. Backbone.KnownNames.Where(name => name.StartsWith("resnet", StringComparison.Ordinal)).Select(name => $"{name}-w0.125"),
        "resnet50",
        .. Enum.GetValues<Stem>().Where(stem => stem != Stem.ImageNet).Select(stem => $"resnet18-{stem.ToString().ToLowerInvariant()}-w0.125"),
        .. Backbone.KnownNames.Where(name => name.StartsWith("vit", StringComparison.Ordinal)).Select(name => $"{name}-16-64px"),
    ];

    [Theory]
    [MemberData(nameof(Backbones))]
    public void Every_backbone_gives_the_same_features_on_all_ways_from_colour_and_grey_photographs_of_several_sizes(string name)
    {
        torch.random.manual_seed(5);
        BackboneModule backbone = Backbone.Parse(name).Create();
        using (torch.no_grad())
            backbone.call(torch.randn(8, 3, 64, 48)).Dispose();     // statistics of something
        backbone.eval();
        using var encoder = new ContrastiveEncoderTransformer(_context, new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(64, 48), torch.CPU), "Features", "Image");
        IDataView photographs = _context.Data.LoadFromEnumerable<ImageFolder.Row>([.. Photographs()]);
        string file = Path.Combine(_folder, "encoder.onnx");
        encoder.ExportToOnnx(file);
        var loading = _context.Transforms.LoadImages("Image", null, "ImagePath");
        var onTorch = loading.Append(encoder.AsEstimator()).Fit(photographs);
        float[][] expected = Read(onTorch);
        // One after the other, and none kept: each holds the weights several times over.
        float[][][] others =
        [
            Read(loading.Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file, batchSize: 3)).Fit(photographs)),
            Read(loading.Append(_context.Transforms.ResizeImages("Resized", 64, 48, "Image", ImageResizingEstimator.ResizingKind.IsoCrop))
                .Append(_context.Transforms.ExtractPixels("image", "Resized")).Append(_context.Transforms.ApplyOnnxModel("features", "image", file)).Fit(photographs), "features"),
            .. new FileInfo(file).Length > LargestSaved ? Array.Empty<float[][]>() :
            [
                Read(Reloaded(onTorch)),
                Read(Reloaded(loading.Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file, batchSize: 3)).Fit(photographs))),
            ],
        ];

        double largest = expected.Max(f => f.Max(Math.Abs));
        foreach (float[][] other in others)
            Assert.InRange(expected.Zip(other, (e, o) => e.Zip(o, (a, b) => Math.Abs(a - b)).Max()).Max(), 0, Tolerance * Math.Max(1, largest));
        // Features that do not tell images apart would agree whatever the pixels.
        Assert.All(expected[1..], features => Assert.InRange(features.Zip(expected[0], (a, b) => Math.Abs(a - b)).Max(), 20 * Tolerance, double.MaxValue));

        float[][] Read(ITransformer model, string column = "Features")
        {
            float[][] features = [.. model.Transform(photographs).GetColumn<float[]>(column)];
            if (model != onTorch)
                (model as IDisposable)?.Dispose();
            return features;
        }
    }

    /// <summary>JPEG files of the photographs that the golden cases hold: each in its own size, and resized in colour and grey.</summary>
    private IEnumerable<ImageFolder.Row> Photographs()
    {
        foreach ((string name, SKSizeI other) in new[] { ("astronaut", new SKSizeI(64, 48)), ("chelsea", new(48, 90)), ("coffee", new(333, 251)) })
        {
            var pixels = NpyArray.Read(Path.Combine(GoldenRun.RepositoryRoot, GoldenRun.CommittedFolder, "augment", "images", $"{name}.npy"));
            int width = pixels.Shape[1], height = pixels.Shape[0];
            using var photograph = new SKBitmap(width, height);
            foreach ((int i, byte[] pixel) in pixels.Bytes().Chunk(3).Index())
                photograph.SetPixel(i % width, i / width, new SKColor(pixel[0], pixel[1], pixel[2]));

            foreach ((SKSizeI size, SKColorType color) in new[] { (new SKSizeI(width, height), SKColorType.Bgra8888), (other, SKColorType.Bgra8888), (other, SKColorType.Gray8) })
            {
                using var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, color, SKAlphaType.Opaque));
                using (var canvas = new SKCanvas(bitmap))
                    canvas.DrawBitmap(photograph, new SKRect(0, 0, size.Width, size.Height));
                string path = Path.Combine(_folder, $"{name}-{size.Width}x{size.Height}-{color}.jpg");
                using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
                File.WriteAllBytes(path, jpeg.ToArray());
                yield return new ImageFolder.Row { ImagePath = path };
            }
        }
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
