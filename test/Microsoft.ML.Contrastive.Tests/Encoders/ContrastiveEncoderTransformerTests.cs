using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

public sealed class ContrastiveEncoderTransformerTests : IDisposable
{
    // More rows than one batch of the look-ahead, and not a multiple of it.
    private readonly ImageFolder _folder = new(classes: 3, perClass: 27, width: 45, height: 30);
    private readonly MLContext _context = new(seed: 1);
    private readonly ContrastiveEncoderTransformer _encoder;

    public ContrastiveEncoderTransformerTests() => _encoder = RandomEncoder(_context);

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Features_are_a_vector_of_known_size()
    {
        var type = Assert.IsType<VectorDataViewType>(_encoder.Transform(Images()).Schema["Features"].Type);
        Assert.Equal([64], type.Dimensions);
    }

    [Fact]
    public void Batches_rows_and_prediction_engine_agree()
    {
        IDataView data = _encoder.Transform(Images());
        float[][] batched = Features(data);
        Assert.Equal(81, batched.Length);
        using var engine = _context.Model.CreatePredictionEngine<ImageFolder.Row, Encoded>(
            new TransformerChain<ITransformer>(_context.Transforms.LoadImages("Image", null, "ImagePath").Fit(_folder.Rows(_context)), _encoder));
        foreach (int row in new[] { 0, 40, 63, 64, 80 })
            AssertClose(batched[row], engine.Predict(new ImageFolder.Row { ImagePath = _folder.Files[row] }).Features, 1e-5f);
    }

    [Fact]
    public void Features_belong_to_the_row_that_they_are_read_with()
    {
        IDataView data = _encoder.Transform(Images());
        float[][] all = Features(data);
        // Columns beside the features, rows skipped, rows filtered below: the two cursors must stay in step.
        string[] paths = [.. data.GetColumn<string>("ImagePath")];
        Assert.Equal(_folder.Files, paths);
        IDataView skipped = _context.Data.SkipRows(data, 70);
        AssertClose(all[70], Features(skipped)[0], 1e-5f);
        IDataView classes = _context.Data.FilterByCustomPredicate<ImageFolder.Row>(_folder.Rows(_context), r => r.Label == "class1");
        IDataView filtered = _encoder.Transform(_context.Transforms.LoadImages("Image", null, "ImagePath").Fit(classes).Transform(classes));
        float[][] rest = Features(filtered);
        Assert.Equal(54, rest.Length);
        AssertClose(all[53 + 1], rest[27], 1e-5f);
    }

    [Fact]
    public void Nothing_is_decoded_unless_features_are_asked_for()
    {
        _folder.AddCorrupt();
        IDataView data = _encoder.Transform(Images());
        Assert.Equal(82, data.GetColumn<string>("Label").Count());
    }

    [Fact]
    public void An_unreadable_image_fails_at_its_own_row_and_names_the_file()
    {
        string corrupt = _folder.AddCorrupt("class1/corrupt.png");
        IDataView data = _encoder.Transform(Images());
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(data.Schema["Features"]);
        VBuffer<float> value = default;
        int bad = Array.IndexOf(_folder.Files, corrupt);
        while (cursor.MoveNext())
        {
            if (cursor.Position == bad)
                Assert.Contains("corrupt.png", Assert.ThrowsAny<Exception>(() => get(ref value)).ToString(), StringComparison.Ordinal);
            else
                get(ref value);
        }
    }

    [Fact]
    public void Several_threads_may_transform_at_once()
    {
        float[][] expected = Features(_encoder.Transform(Images()));
        float[][][] results = new float[4][][];
        Parallel.For(0, 4, i => results[i] = Features(_encoder.Transform(Images())));
        Assert.All(results, r => Assert.Equal(expected, r));
    }

    [Fact]
    public void A_linear_classifier_trains_on_it_in_a_chain_and_in_cross_validation()
    {
        var pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_encoder.AsEstimator())
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var folds = _context.MulticlassClassification.CrossValidate(_folder.Rows(_context), pipeline, numberOfFolds: 3);
        Assert.All(folds, f => Assert.True(f.Metrics.MicroAccuracy > 0.6, $"stripes in three directions: {f.Metrics.MicroAccuracy}"));
    }

    [Fact]
    public void A_saved_pipeline_loads_with_stock_components_and_gives_the_same_features()
    {
        IDataView rows = _folder.Rows(_context);
        var chain = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_encoder.AsEstimator()).Fit(rows);
        using var file = new MemoryStream();
        _context.Model.Save(chain, rows.Schema, file);
        file.Position = 0;
        var other = new MLContext();
        ITransformer loaded = other.Model.Load(file, out _);
        IDataView transformed = loaded.Transform(rows);
        Assert.Equal(chain.Transform(rows).Schema["Features"].Type, transformed.Schema["Features"].Type);
        Assert.DoesNotContain(transformed.Schema, c => !c.IsHidden && c.Name.StartsWith("Features.", StringComparison.Ordinal));
        float[][] expected = Features(chain.Transform(rows)), actual = Features(transformed);
        for (int i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], 1e-4f);
    }

    [Fact]
    public void A_disposed_encoder_says_so()
    {
        IDataView images = Images(), before = _encoder.Transform(images);
        _encoder.Dispose();
        foreach (Action use in new Action[]
        {
            () => _encoder.Transform(images),
            () => Features(before),
            () => _encoder.ExportToOnnx(new MemoryStream()),
            () => _context.Model.Save(_encoder, images.Schema, new MemoryStream()),
            () => _context.Contrastive().Evaluation.NearestNeighbours(_encoder, images, images),
        })
        {
            Assert.Contains("has been disposed", Assert.Throws<ObjectDisposedException>(use).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_column_and_a_column_of_another_type_are_named()
    {
        Assert.Contains("'Image'", Assert.Throws<ArgumentException>(() => _encoder.Transform(_folder.Rows(_context))).Message, StringComparison.Ordinal);
        IDataView text = _context.Transforms.CopyColumns("Image", "ImagePath").Fit(_folder.Rows(_context)).Transform(_folder.Rows(_context));
        Assert.Contains("LoadImages", Assert.Throws<ArgumentException>(() => _encoder.Transform(text)).Message, StringComparison.Ordinal);
        Assert.Contains("LoadImages", Assert.Throws<ArgumentException>(() => _encoder.AsEstimator().GetOutputSchema(SchemaShapeOf(text))).Message, StringComparison.Ordinal);
    }

    private static SchemaShape SchemaShapeOf(IDataView data) =>
        new(data.Schema.Select(c => Contrastive.Seams.MlNetInternals.Column(c.Name, SchemaShape.Column.VectorKind.Scalar, c.Type)));

    internal static ContrastiveEncoderTransformer RandomEncoder(MLContext context)
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        torch.random.manual_seed(3);
        BackboneModule backbone = Backbone.ResNet18(Stem.Cifar, widthMultiplier: 0.125).Create();
        backbone.eval();
        return new ContrastiveEncoderTransformer(context, new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(24, 24), torch.CPU), "Features", "Image");
    }

    private IDataView Images()
    {
        IDataView rows = _folder.Rows(_context);
        return _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
    }

    private static float[][] Features(IDataView data) => [.. data.GetColumn<float[]>("Features")];

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    private sealed class Encoded
    {
        public float[] Features { get; set; } = [];
    }
}
