using System.Text.Json;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

public sealed class ImageClassifierTransformerTests : IDisposable
{
    // Neither in alphabetical order nor plain: what is saved, exported and evaluated must keep order and spelling.
    private static readonly string[] Names = ["zebra", "Ameise, klein", "牛"];

    private readonly ImageFolder _folder = new(classes: 3, perClass: 9, width: 45, height: 30);
    private readonly MLContext _context = new(seed: 1);
    private readonly ClassifierHead _head;
    private readonly ImageClassifierTransformer _classifier;

    public ImageClassifierTransformerTests()
    {
        ContrastiveEncoderTransformer encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);
        _head = RandomHead([.. encoder.Transform(Images()).GetColumn<float[]>("Features")]);
        _classifier = new ImageClassifierTransformer(_context, encoder, _head, "Score", "PredictedLabel");
    }

    public void Dispose()
    {
        _classifier.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Scores_are_the_softmax_of_the_linear_classifier_and_bear_the_names()
    {
        IDataView output = _classifier.Transform(Images());
        float[][] features = [.. output.GetColumn<float[]>("Features")], scores = [.. output.GetColumn<float[]>("Score")];
        string[] predicted = [.. output.GetColumn<string>("PredictedLabel")];
        Assert.Equal(3, predicted.Distinct().Count());
        for (int row = 0; row < features.Length; row++)
        {
            float[] expected = _head.Probabilities(features[row]);
            AssertClose(expected, scores[row], 1e-5f);
            Assert.Equal(Names[Array.IndexOf(expected, expected.Max())], predicted[row]);
        }

        Assert.Equal(Names, SlotNames(output));
    }

    [Fact]
    public void A_saved_pipeline_opens_with_stock_components_and_gives_the_same_scores_labels_and_names()
    {
        IDataView rows = _folder.Rows(_context);
        var chain = new TransformerChain<ITransformer>(_context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows), _classifier);
        string path = Path.Combine(_folder.Path, "classifier.mlnet");
        _context.Model.Save(chain, rows.Schema, path);

        IDataView expected = chain.Transform(rows), actual = new MLContext().Model.Load(path, out _).Transform(rows);
        Assert.Equal(Names, SlotNames(actual));
        Assert.Equal(expected.GetColumn<string>("PredictedLabel"), actual.GetColumn<string>("PredictedLabel"));
        foreach ((float[] one, float[] other) in expected.GetColumn<float[]>("Score").Zip(actual.GetColumn<float[]>("Score")))
            AssertClose(one, other, 1e-4f);

        string[] lines = StockConsumer.Run(path, _folder.Path);
        string[] predicted = [.. expected.GetColumn<string>("PredictedLabel")];
        Assert.Equal(predicted, lines.Select(line => line.Split('\t')[1]));
    }

    [Fact]
    public void A_prediction_engine_gives_what_batches_give()
    {
        IDataView rows = _folder.Rows(_context);
        var chain = new TransformerChain<ITransformer>(_context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows), _classifier);
        using var engine = _context.Model.CreatePredictionEngine<ImageFolder.Row, Prediction>(chain);
        Prediction prediction = engine.Predict(new ImageFolder.Row { ImagePath = _folder.Files[5] });
        AssertClose(chain.Transform(rows).GetColumn<float[]>("Score").ElementAt(5), prediction.Score, 1e-5f);
        Assert.Equal(chain.Transform(rows).GetColumn<string>("PredictedLabel").ElementAt(5), prediction.PredictedLabel);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void The_exported_file_gives_features_probabilities_and_names(int? batch)
    {
        string path = Path.Combine(_folder.Path, "classifier.onnx");
        Assert.InRange(_classifier.ExportToOnnx(path, new OnnxExportOptions { FixedBatch = batch }).LargestDeviation, 0, 1e-4);
        using var session = new InferenceSession(path);
        Assert.Equal([batch ?? -1, 64], session.OutputMetadata["features"].Dimensions);
        Assert.Equal([batch ?? -1, 3], session.OutputMetadata["Score"].Dimensions);
        Assert.Equal([batch ?? -1], session.OutputMetadata["PredictedLabel"].Dimensions);
        Assert.Equal(Names, JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"]));

        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", new DenseTensor<float>(new float[2 * 3 * 24 * 24], [2, 3, 24, 24]))]);
        float[] features = [.. outputs.Single(o => o.Name == "features").AsTensor<float>()], scores = [.. outputs.Single(o => o.Name == "Score").AsTensor<float>()];
        AssertClose(_head.Probabilities(features), scores, 1e-5f);
        Assert.All(outputs.Single(o => o.Name == "PredictedLabel").AsTensor<string>(), name => Assert.Equal(Names[Array.IndexOf(scores[..3], scores[..3].Max())], name));
    }

    [Fact]
    public void A_file_that_would_not_agree_is_not_left_behind()
    {
        string path = Path.Combine(_folder.Path, "classifier.onnx");
        Assert.Throws<InvalidOperationException>(() => _classifier.ExportToOnnx(path, new OnnxExportOptions { Tolerance = 1e-30 }));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void An_output_named_like_a_column_is_refused() =>
        Assert.Contains("'Score'", Assert.Throws<ArgumentException>(() => _classifier.ExportToOnnx(new MemoryStream(), new OnnxExportOptions { OutputName = "Score" })).Message, StringComparison.Ordinal);

    /// <summary>A head that finds the classes equally probable on average over the images, so that each of them wins somewhere.</summary>
    private static ClassifierHead RandomHead(float[][] features)
    {
        var random = new Random(5);
        float[][] weights = [.. Names.Select(_ => features[0].Select(_ => (float)(random.NextDouble() - 0.5) * 20).ToArray())];
        float[] intercepts = [.. weights.Select(w => -features.Average(f => f.Zip(w, (x, y) => x * y).Sum()))];
        return new ClassifierHead([.. weights.SelectMany(w => w)], intercepts, Names);
    }

    private static string[] SlotNames(IDataView data)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        data.Schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    private IDataView Images()
    {
        IDataView rows = _folder.Rows(_context);
        return _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
