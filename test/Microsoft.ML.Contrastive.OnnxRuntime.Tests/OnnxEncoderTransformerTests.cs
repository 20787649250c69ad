using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

public sealed class OnnxEncoderTransformerTests : IDisposable
{
    // More rows than one batch of the look-ahead, and not a multiple of it.
    private readonly ImageFolder _folder = new(classes: 3, perClass: 9, width: 45, height: 30);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 4)]
    [InlineData(null, 64)]
    [InlineData(1, 4)]
    [InlineData(3, 4)]
    [InlineData(5, 4)]
    public void Features_are_those_of_the_file_whatever_the_batches(int? fixedBatch, int batchSize)
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile { Batch = fixedBatch }, batchSize);
        float[][] features = Features(encoder.Transform(Images()));
        Assert.Equal(27, features.Length);
        AssertClose(Expected(), features);
        Assert.Equal(0, encoder.BatchSize % (fixedBatch ?? 1));
        Assert.InRange(encoder.BatchSize, batchSize, batchSize + (fixedBatch ?? 1) - 1);
    }

    [Fact]
    public void Outputs_that_keep_the_dimensions_of_places_are_flattened()
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile { Unflattened = true });
        IDataView data = encoder.Transform(Images());
        Assert.Equal([EncoderFile.FeatureDimension], Assert.IsType<VectorDataViewType>(data.Schema["Features"].Type).Dimensions);
        AssertClose(Expected(), Features(data));
    }

    [Fact]
    public void A_size_that_the_file_leaves_open_comes_from_its_metadata_or_the_options()
    {
        var open = new EncoderFile { Width = null, Height = null };
        using OnnxEncoderTransformer byOptions = Open(open, size: 24), byMetadata = Open(open with { Metadata = new() { ["image_size"] = "20x24" } });
        AssertClose(Expected(), Features(byOptions.Transform(Images())));
        Assert.Equal((20, 24), (byMetadata.ImageWidth, byMetadata.ImageHeight));
        Assert.Equal("20x24", byMetadata.Metadata["image_size"]);
    }

    [Fact]
    public void A_prediction_engine_gives_the_same_features()
    {
        float[][] expected = Expected();
        using var engine = _context.Model.CreatePredictionEngine<ImageFolder.Row, Encoded>(new TransformerChain<ITransformer>(Loading(), Open(new EncoderFile())));
        foreach (int row in new[] { 0, 13, 26 })
            AssertClose([expected[row]], [engine.Predict(new ImageFolder.Row { ImagePath = _folder.Files[row] }).Features]);
    }

    [Fact]
    public void Features_belong_to_the_row_that_they_are_read_with()
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile(), batchSize: 4);
        IDataView data = encoder.Transform(Images());
        float[][] expected = Expected();
        Assert.Equal(_folder.Files, data.GetColumn<string>("ImagePath"));
        AssertClose(expected[22..], Features(_context.Data.SkipRows(data, 22)));
    }

    [Fact]
    public void No_rows_are_no_features()
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile());
        Assert.Empty(Features(encoder.Transform(_context.Data.SkipRows(Images(), 27))));
    }

    [Fact]
    public void Several_threads_may_transform_at_once()
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile(), batchSize: 4);
        float[][] expected = Expected();
        float[][][] results = new float[4][][];
        Parallel.For(0, 4, i => results[i] = Features(encoder.Transform(Images())));
        Assert.All(results, actual => AssertClose(expected, actual));
    }

    [Fact]
    public void An_unreadable_image_fails_at_its_own_row_and_names_the_file()
    {
        string corrupt = _folder.AddCorrupt("class1/corrupt.png");
        using OnnxEncoderTransformer encoder = Open(new EncoderFile());
        IDataView data = encoder.Transform(Images());
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(data.Schema["Features"]);
        VBuffer<float> value = default;
        int bad = Array.IndexOf(_folder.Files, corrupt), read = 0;
        while (cursor.MoveNext())
        {
            if (cursor.Position == bad)
                Assert.Contains("corrupt.png", Assert.ThrowsAny<Exception>(() => get(ref value)).Message, StringComparison.Ordinal);
            else
                get(ref value);
            read++;
        }

        Assert.Equal(28, read);
    }

    [Fact]
    public void After_disposal_reading_says_so_and_disposing_twice_is_allowed()
    {
        OnnxEncoderTransformer encoder = Open(new EncoderFile());
        IDataView data = encoder.Transform(Images());
        encoder.Dispose();
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Features(data));
    }

    [Fact]
    public void A_GPU_that_cannot_be_used_is_an_error_or_with_FallbackToCpu_a_warning()
    {
        // The native package of these tests has no CUDA.
        string file = new EncoderFile().Write(_folder.Path);
        var strict = new MLContext { GpuDeviceId = 0, FallbackToCpu = false };
        var thrown = Assert.Throws<InvalidOperationException>(() => strict.Transforms.ApplyOnnxEncoder("Features", "Image", file).Fit(Images()));
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("FallbackToCpu", thrown.Message, StringComparison.Ordinal);

        var lenient = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };
        var warnings = new List<string>();
        lenient.Log += (_, e) => { if (e.Kind == Runtime.ChannelMessageKind.Warning) warnings.Add(e.Message); };
        using OnnxEncoderTransformer encoder = lenient.Transforms.ApplyOnnxEncoder("Features", "Image", file).Fit(Images());
        Assert.False(encoder.UsesGpu);
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", Assert.Single(warnings), StringComparison.Ordinal);
        AssertClose(Expected(), Features(encoder.Transform(Images())));
    }

    [Theory]
    [InlineData("image", "features", null)]
    [InlineData("image", "features", 3)]
    // The names that the columns have, too.
    [InlineData("Features.Pixels", "Features", null)]
    [InlineData("Features", "Features.Pixels", 1)]
    public void A_saved_pipeline_loads_with_stock_components_and_gives_the_same_features(string input, string output, int? fixedBatch) =>
        AssertSavedAgrees(new EncoderFile { Input = input, Output = output, Batch = fixedBatch }, "Features");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fixed_batch_is_computed_for_each_row_only_where_the_file_insists_on_it(bool insists)
    {
        // Flattened, the file has a constant of as many rows as the batch.
        var file = new EncoderFile { Batch = 3, Unflattened = !insists };
        AssertSavedAgrees(file, "Features");
        OnnxEncoderModel model = OnnxEncoderModel.Read(new OnnxEncoderEstimator.Options { ModelFile = file.Write(_folder.Path) });
        GraphProto graph = ModelProto.Parser.ParseFrom(StockModel.Write(model, "Pixels", "Features")).Graph;
        Assert.Equal(insists, graph.Node.Any(node => node.OpType == "Expand"));
    }

    [Theory]
    [InlineData("scaled")]
    [InlineData("image")]
    [InlineData("weight")]
    public void A_column_may_be_called_as_any_value_in_the_graph(string column) => AssertSavedAgrees(new EncoderFile(), column);

    [Fact]
    public void A_classifier_trained_on_it_is_saved_with_it()
    {
        string file = new EncoderFile().Write(_folder.Path);
        IDataView rows = _folder.Rows(_context);
        var pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.ApplyOnnxEncoder("Features", "Image", file))
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer model = pipeline.Fit(rows);
        ITransformer loaded = Reloaded(model, rows);
        Assert.Equal(model.Transform(rows).GetColumn<string>("PredictedLabel"), loaded.Transform(rows).GetColumn<string>("PredictedLabel"));
    }

    [Fact]
    public void A_missing_column_and_a_column_of_another_type_are_named()
    {
        using OnnxEncoderTransformer encoder = Open(new EncoderFile());
        Assert.Contains("'Image'", Assert.Throws<ArgumentException>(() => encoder.Transform(_folder.Rows(_context))).Message, StringComparison.Ordinal);
        IDataView text = _context.Transforms.CopyColumns("Image", "ImagePath").Fit(_folder.Rows(_context)).Transform(_folder.Rows(_context));
        Assert.Contains("LoadImages", Assert.Throws<ArgumentException>(() => encoder.Transform(text)).Message, StringComparison.Ordinal);
    }

    private void AssertSavedAgrees(EncoderFile file, string column)
    {
        IDataView rows = _folder.Rows(_context);
        string path = file.Write(_folder.Path);
        var chain = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.ApplyOnnxEncoder(column, "Image", path)).Fit(rows);
        IDataView expected = chain.Transform(rows), actual = Reloaded(chain, rows).Transform(rows);
        Assert.Equal(expected.Schema[column].Type, actual.Schema[column].Type);
        Assert.Equal(expected.Schema.Select(c => c.Name), actual.Schema.Where(c => !c.IsHidden).Select(c => c.Name));
        AssertClose([.. expected.GetColumn<float[]>(column)], [.. actual.GetColumn<float[]>(column)]);
    }

    /// <summary>The model as another application has it, with ML.NET's own components.</summary>
    private ITransformer Reloaded(ITransformer model, IDataView rows)
    {
        using var file = new MemoryStream();
        _context.Model.Save(model, rows.Schema, file);
        file.Position = 0;
        return new MLContext().Model.Load(file, out _);
    }

    /// <summary>The file run by ONNX Runtime an image at a time on the pixels of ML.NET's own steps.</summary>
    private float[][] Expected()
    {
        IDataView pixels = _context.Transforms.ResizeImages("Resized", 24, 24, "Image", Transforms.Image.ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(_context.Transforms.ExtractPixels("Pixels", "Resized")).Fit(Images()).Transform(Images());
        using var session = new InferenceSession(new EncoderFile().Bytes());
        return
        [
            .. pixels.GetColumn<float[]>("Pixels").Select(image =>
            {
                using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", new DenseTensor<float>(image, [1, 3, 24, 24]))]);
                return outputs.Single().AsEnumerable<float>().ToArray();
            }),
        ];
    }

    private OnnxEncoderTransformer Open(EncoderFile file, int batchSize = 64, int? size = null) =>
        _context.Transforms.ApplyOnnxEncoder(new OnnxEncoderEstimator.Options { ModelFile = file.Write(_folder.Path), BatchSize = batchSize, ImageWidth = size, ImageHeight = size }).Fit(Images());

    private ITransformer Loading() => _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(_folder.Rows(_context));

    private IDataView Images() => Loading().Transform(_folder.Rows(_context));

    private static float[][] Features(IDataView data) => [.. data.GetColumn<float[]>("Features")];

    private static void AssertClose(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach ((float[] one, float[] other) in expected.Zip(actual))
        {
            Assert.Equal(one.Length, other.Length);
            Assert.All(one.Zip(other), pair => Assert.InRange(pair.Second, pair.First - 1e-5f, pair.First + 1e-5f));
        }

        // Images that differ have features that differ: no two rows may be mixed up unseen.
        Assert.Equal(expected.Length, expected.DistinctBy(row => row[0]).Count());
    }

    private sealed class Encoded
    {
        public float[] Features { get; set; } = [];
    }
}
