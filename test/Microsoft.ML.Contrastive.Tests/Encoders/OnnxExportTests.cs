using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

public sealed class OnnxExportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("contrastive-");
    private readonly MLContext _context = new(seed: 1);
    private readonly ContrastiveEncoderTransformer _encoder;

    public OnnxExportTests() => _encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);

    private string OnnxFile => Path.Combine(_folder.FullName, "encoder.onnx");

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void The_exported_file_gives_the_same_features_and_the_result_says_what_it_is(int? batch)
    {
        OnnxExportResult result = _encoder.ExportToOnnx(OnnxFile, new OnnxExportOptions { FixedBatch = batch });

        using TrialImages images = TrialImages.Photographs(_encoder.ImageSize, batch ?? 3);
        double deviation = Deviation(Run(images, raw: false), Features(images));
        Assert.InRange(deviation, 0, 1e-4);
        Assert.InRange(result.LargestDeviation, 0, 1e-4);
        Assert.InRange(result.LargestFeature, 0.1, 100);
        Assert.Equal(new FileInfo(OnnxFile).Length, result.FileSize);
        Assert.Equal(17, result.Opset);
        Assert.Equal([new OnnxTensor("image", "Float", $"{batch?.ToString() ?? "batch"}, 3, 24, 24")], result.Inputs);
        Assert.Equal([new OnnxTensor("features", "Float", $"{batch?.ToString() ?? "batch"}, 64")], result.Outputs);
        Assert.Null(result.RawImageDeviation);
        Assert.Empty(_folder.GetFiles("*.tmp"));
    }

    [Fact]
    public void A_stream_receives_the_bytes_of_the_file()
    {
        using var stream = new MemoryStream();
        Assert.Equal(_encoder.ExportToOnnx(OnnxFile).FileSize, _encoder.ExportToOnnx(stream).FileSize);
        Assert.Equal(File.ReadAllBytes(OnnxFile), stream.ToArray());
    }

    [Fact]
    public void A_file_that_would_not_agree_is_not_left_behind()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => _encoder.ExportToOnnx(OnnxFile, new OnnxExportOptions { Tolerance = 1e-30 }));
        Assert.Contains("Tolerance", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(() => _encoder.ExportToOnnx(Path.Combine(_folder.FullName, "nowhere", "encoder.onnx"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(OnnxWeightType.Float16, 1e-7, 0.002)]
    [InlineData(OnnxWeightType.Int8, 1e-4, 0.05)]
    public void Narrow_weights_report_the_deviation_that_others_find(OnnxWeightType weights, double least, double most)
    {
        var options = new OnnxExportOptions { Weights = weights };
        OnnxExportResult result = _encoder.ExportToOnnx(OnnxFile, options);

        Assert.InRange(result.LargestDeviation / result.LargestFeature, least, most);
        using TrialImages images = TrialImages.Photographs(_encoder.ImageSize, 3);
        Assert.InRange(Deviation(Run(images, raw: false), Features(images)), result.LargestDeviation / 10, result.LargestDeviation * 10);

        // What is asked of 32-bit floats is too much for them, and refused.
        Assert.Throws<InvalidOperationException>(() => _encoder.ExportToOnnx(Stream.Null, options with { Tolerance = 1e-6 }));
    }

    [Theory]
    [InlineData(24, 24, 1e-4)]
    [InlineData(60, 24, 1e-4)] // cropped alone
    [InlineData(70, 50, 0.2)]
    public void A_raw_image_of_any_size_is_resized_cropped_and_normalised_inside(int width, int height, double tolerance)
    {
        OnnxExportResult result = _encoder.ExportToOnnx(OnnxFile, new OnnxExportOptions { RawImageInput = true });

        using TrialImages images = TrialImages.Photographs(new ImageSize(width, height), 2);
        float[] expected = Features(images);
        Assert.InRange(Deviation(Run(images, raw: true), expected), 0, tolerance * expected.Max(Math.Abs));
        Assert.Equal(18, result.Opset);
        Assert.Equal([new OnnxTensor("image", "UInt8", "batch, height, width, 3")], result.Inputs);
        Assert.InRange(result.LargestDeviation, 0, 1e-4);
        Assert.InRange(result.RawImageDeviation!.Value, 1e-6, 0.1);
    }

    [Fact]
    public void The_feature_map_is_what_is_pooled()
    {
        OnnxExportResult result = _encoder.ExportToOnnx(OnnxFile, new OnnxExportOptions { FeatureMap = true, OutputName = "map" });

        Assert.Equal([new OnnxTensor("map", "Float", "batch, 64, 3, 3")], result.Outputs);
        using TrialImages images = TrialImages.Photographs(_encoder.ImageSize, 2);
        float[] map = Run(images, raw: false), pooled = [.. map.Chunk(map.Length / 2 / 64).Select(channel => channel.Average())];
        Assert.True(map.Length > pooled.Length);
        Assert.InRange(Deviation(pooled, Features(images)), 0, 1e-4);
    }

    public static TheoryData<OnnxWeightType, bool> Combinations => [.. from weights in Enum.GetValues<OnnxWeightType>() from raw in new[] { false, true } select (weights, raw)];

    /// <summary>Whatever is combined: others find of every output what the result says, and not more than the tolerance.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void Every_combination_of_options_is_compared_output_by_output(OnnxWeightType weights, bool raw)
    {
        BackboneModule backbone = Backbone.Parse("resnet10-cifar-w0.125").Create();
        var head = new ProjectionHead(torch.nn.Sequential(("0", torch.nn.Linear(64, 16)), ("1", torch.nn.BatchNorm1d(16)), ("2", torch.nn.ReLU()), ("3", torch.nn.Linear(16, 8))));
        backbone.eval();
        head.Layers.eval();
        using var encoder = new ContrastiveEncoderTransformer(_context, new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(24, 16), torch.CPU, head), "Features", "Image");
        var combinations =
            from map in new[] { false, true }
            from projector in new[] { false, true }
            from fold in new[] { false, true }
            where !(map && projector)
            select (map, projector, fold);
        foreach ((bool map, bool projector, bool fold) in combinations)
        {
            var options = new OnnxExportOptions { Weights = weights, RawImageInput = raw, FeatureMap = map, Projector = projector, FoldBatchNorm = fold, FixedBatch = fold ? null : 2 };
            OnnxExportResult result = encoder.ExportToOnnx(OnnxFile, options);

            using TrialImages images = TrialImages.Noise(encoder.ImageSize, 2);
            float[] pixels = images.Planes();
            var expected = new Dictionary<string, float[]> { ["features"] = map ? encoder.Network.FeatureMap(pixels, 2) : encoder.Network.Encode(pixels, 2) };
            if (projector)
                expected["projection"] = encoder.Network.Project(pixels, 2);
            Assert.Equal(expected.Keys, result.Outputs.Select(o => o.Name));
            using var session = new InferenceSession(OnnxFile);
            foreach ((string output, float[] values) in expected)
            {
                double deviation = Deviation(Run(session, images, raw, output), values);
                Assert.InRange(deviation, 0, options.ToleranceFor(values.Max(Math.Abs)));
                // The result's is of these images, among others.
                Assert.InRange(deviation, 0, (1.001 * result.LargestDeviation) + 1e-6);
            }
        }
    }

    [Fact]
    public void A_feature_map_of_a_vision_transformer_is_refused()
    {
        using var encoder = new ContrastiveEncoderTransformer(
            _context, new EncoderNetwork(Backbone.Parse("vit-tiny-16-32px").Create(), PixelNormalization.ImageNet, new ImageSize(32, 32), torch.CPU), "Features", "Image");
        Assert.Contains("vit-tiny-16-32px", Assert.Throws<ArgumentException>(() => encoder.ExportToOnnx(Stream.Null, new OnnxExportOptions { FeatureMap = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_tell_where_the_file_comes_from_and_how_to_feed_it()
    {
        BackboneModule backbone = Backbone.Parse("resnet10-compact-w0.125").Create();
        backbone.eval();
        using var encoder = new ContrastiveEncoderTransformer(
            _context, new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(40, 32), torch.CPU), "Features", "Image")
        { Method = "simclr", TrainedEpochs = 12 };
        encoder.ExportToOnnx(OnnxFile, new OnnxExportOptions { License = "CC-BY-4.0", Weights = OnnxWeightType.Float16 });

        using var session = new InferenceSession(OnnxFile);
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.StartsWith("Microsoft.ML.Contrastive 0.", metadata["library"], StringComparison.Ordinal);
        Assert.Equal("resnet10-compact-w0.125", metadata["backbone"]);
        Assert.Equal("simclr", metadata["method"]);
        Assert.Equal("12", metadata["epochs"]);
        Assert.Equal("CC-BY-4.0", metadata["license"]);
        Assert.Equal("40x32", metadata["image_size"]);
        Assert.Equal("0.485,0.456,0.406", metadata["mean"]);
        Assert.Equal("0.229,0.224,0.225", metadata["std"]);
        Assert.Equal("float16", metadata["weights"]);
        Assert.Equal("NCHW", metadata["layout"]);
    }

    [Fact]
    public void What_is_not_known_has_no_entry()
    {
        _encoder.ExportToOnnx(OnnxFile);
        using var session = new InferenceSession(OnnxFile);
        Assert.Empty(session.ModelMetadata.CustomMetadataMap.Keys.Intersect(["method", "epochs", "license"]));
    }

    public static TheoryData<OnnxExportOptions, string> BadOptions => new()
    {
        { new OnnxExportOptions { InputName = " " }, "InputName" },
        { new OnnxExportOptions { InputName = "x", OutputName = "x" }, "'x'" },
        { new OnnxExportOptions { FixedBatch = 0 }, "FixedBatch" },
        { new OnnxExportOptions { Tolerance = double.NaN }, "Tolerance" },
        { new OnnxExportOptions { Weights = (OnnxWeightType)7 }, "Int8" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Bad_options_are_named(OnnxExportOptions options, string named) =>
        Assert.Contains(named, Assert.ThrowsAny<ArgumentException>(() => _encoder.ExportToOnnx(Stream.Null, options)).Message, StringComparison.Ordinal);

    private float[] Run(TrialImages images, bool raw)
    {
        using var session = new InferenceSession(OnnxFile);
        return Run(session, images, raw, session.OutputNames.Single());
    }

    private static float[] Run(InferenceSession session, TrialImages images, bool raw, string output)
    {
        int[] shape = [images.Count, images.Size.Height, images.Size.Width, 3];
        using var outputs = session.Run(
        [
            raw
                ? NamedOnnxValue.CreateFromTensor("image", new DenseTensor<byte>(images.Pixels, shape))
                : NamedOnnxValue.CreateFromTensor("image", new DenseTensor<float>(images.Planes(), [shape[0], 3, shape[1], shape[2]])),
        ]);
        return [.. outputs.Single(o => o.Name == output).AsTensor<float>()];
    }

    /// <summary>The features in memory, of images that ML.NET has resized and cropped.</summary>
    private float[] Features(TrialImages images) =>
        [.. _encoder.Transform(images.AsData(_context, "Image")).GetColumn<float[]>("Features").SelectMany(f => f)];

    private static double Deviation(float[] one, float[] other)
    {
        Assert.Equal(other.Length, one.Length);
        return one.Zip(other, (a, b) => Math.Abs(a - b)).Max();
    }
}
