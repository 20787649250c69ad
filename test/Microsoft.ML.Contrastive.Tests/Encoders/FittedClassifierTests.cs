using System.Text.Json;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SkiaSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

public sealed class FittedClassifierTests : IDisposable
{
    // Of the encoder's size, so that the files' pixels are what both sides see.
    private readonly ImageFolder _folder = new(classes: 3, perClass: 12, width: 24, height: 24);
    private readonly MLContext _context = new(seed: 1);
    private readonly ContrastiveEncoderTransformer _encoder;

    public FittedClassifierTests() => _encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);

    private string OnnxFile => Path.Combine(_folder.Path, "classifier.onnx");

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Trainers => ["lbfgs", "sdca", "sdca without probabilities", "ova logistic", "ova perceptron", "ova sdca without probabilities", "ova svm raw"];

    [Theory]
    [MemberData(nameof(Trainers))]
    public void The_file_gives_ML_NETs_scores_and_labels_on_images(string trainer)
    {
        IDataView rows = _folder.Rows(_context);
        ITransformer model = Pipeline(Trainer(trainer)).Fit(rows);

        OnnxExportResult result = _context.Contrastive().ExportClassifierToOnnx(model, OnnxFile);

        Assert.Equal(["features Float [batch, 64]", "Score Float [batch, 3]", "PredictedLabel String [batch]"], result.Outputs.Select(o => o.ToString()));
        IDataView scored = model.Transform(rows);
        float[] expected = [.. scored.GetColumn<float[]>("Score").SelectMany(s => s)];
        string[] labels = [.. scored.GetColumn<string>("PredictedLabel")];
        using var session = new InferenceSession(OnnxFile);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", Images())]);
        float[] scores = [.. outputs.Single(o => o.Name == "Score").AsTensor<float>()];
        // Scores that are no probabilities can be large.
        double tolerance = 1e-4 * Math.Max(1, expected.Max(Math.Abs));
        Assert.InRange(scores.Zip(expected, (s, e) => Math.Abs(s - e)).Max(), 0, tolerance);
        bool isSvm = trainer.StartsWith("ova svm", StringComparison.Ordinal);
        Assert.InRange(result.LargestDeviation, 0, isSvm ? tolerance : 1e-4);
        Assert.Equal(labels, outputs.Single(o => o.Name == "PredictedLabel").AsTensor<string>());
        // Margins of different classifiers do not compare, and on so few images one class may win everywhere.
        Assert.Equal(3, isSvm ? 3 : labels.Distinct().Count());
        Assert.Equal(["class0", "class1", "class2"], JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!);
    }

    [Fact]
    public void Options_and_streams_work_as_for_the_encoder()
    {
        ITransformer model = Pipeline(Trainer("lbfgs")).Fit(_folder.Rows(_context));
        using var stream = new MemoryStream();

        OnnxExportResult result = _context.Contrastive().ExportClassifierToOnnx(model, stream, new OnnxExportOptions { RawImageInput = true, FixedBatch = 1, License = "MIT" });

        using var session = new InferenceSession(stream.ToArray());
        Assert.Equal("MIT", session.ModelMetadata.CustomMetadataMap["license"]);
        Assert.Equal("image UInt8 [1, height, width, 3]", result.Inputs.Single().ToString());
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", new DenseTensor<byte>(new byte[50 * 70 * 3], [1, 50, 70, 3]))]);
        Assert.Equal(1, outputs.Single(o => o.Name == "Score").AsTensor<float>().Sum(), 1e-5);
    }

    [Fact]
    public void Labels_that_are_numbers_are_named_by_them()
    {
        IDataView rows = _context.Data.LoadFromEnumerable(_folder.Files.Select((file, i) => new Numbered { ImagePath = file, Label = (i / 12) + 0.5f }));
        ITransformer model = Pipeline(Trainer("lbfgs")).Fit(rows);
        _context.Contrastive().ExportClassifierToOnnx(model, OnnxFile);
        using var session = new InferenceSession(OnnxFile);
        Assert.Equal(["0.5", "1.5", "2.5"], JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!);
    }

    [Fact]
    public void A_pipeline_without_the_mapping_back_gives_names_too()
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.LoadImages("Image", null, "ImagePath")).Append(_encoder.AsEstimator()).Append(Trainer("lbfgs"));
        _context.Contrastive().ExportClassifierToOnnx(pipeline.Fit(_folder.Rows(_context)), OnnxFile);
        using var session = new InferenceSession(OnnxFile);
        Assert.Equal(["class0", "class1", "class2"], JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["class_names"])!);
    }

    public static TheoryData<string> Normalizers => ["mean and variance", "range", "robust", "range, then mean and variance into a column of its own"];

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void Normalisers_of_the_features_become_part_of_the_classifier(string what)
    {
        IDataView rows = _folder.Rows(_context);
        var transforms = _context.Transforms;
        IEstimator<ITransformer> normalizer = what switch
        {
            "mean and variance" => transforms.NormalizeMeanVariance("Features", fixZero: false),
            "range" => transforms.NormalizeMinMax("Features", fixZero: false),
            "robust" => transforms.NormalizeRobustScaling("Features"),
            _ => transforms.NormalizeMinMax("Features").Append(transforms.NormalizeMeanVariance("Scaled", "Features", fixZero: false)),
        };
        string column = what.StartsWith("range,", StringComparison.Ordinal) ? "Scaled" : "Features";
        ITransformer model = new EstimatorChain<ITransformer>()
            .Append<ITransformer>(transforms.LoadImages("Image", null, "ImagePath")).Append<ITransformer>(_encoder.AsEstimator()).Append<ITransformer>(transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(_context).Append(normalizer).Append<ITransformer>(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: column))
            .Append<ITransformer>(transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(rows);

        OnnxExportResult result = _context.Contrastive().ExportClassifierToOnnx(model, OnnxFile);

        Assert.InRange(result.LargestDeviation, 0, 1e-4);
        float[] expected = [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(s => s)];
        using var session = new InferenceSession(OnnxFile);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", Images())]);
        Assert.InRange(outputs.Single(o => o.Name == "Score").AsTensor<float>().Zip(expected, (s, e) => Math.Abs(s - e)).Max(), 0, 1e-4);
        Assert.InRange(expected.Max() - expected.Min(), 0.2, 1);
        // Features are the encoder's own.
        float[] features = [.. _encoder.Transform(_context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows)).GetColumn<float[]>("Features").SelectMany(f => f)];
        Assert.InRange(outputs.Single(o => o.Name == "features").AsTensor<float>().Zip(features, (s, e) => Math.Abs(s - e)).Max(), 0, 1e-4);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "naive bayes", "NaiveBayesMulticlassModelParameters" },
        { "pairs", "PairwiseCouplingModelParameters" },
        { "bins", "Step 4 of 6, a NormalizingTransformer" },
        { "distribution", "no scaling of each feature" },
        { "unit length", "Step 4 of 6, a LpNormNormalizingTransformer" },
        { "other column", "reads the column 'Other'" },
        { "grayscale", "Step 2 of 6, a ImageGrayscalingTransformer" },
        { "no encoder", "no encoder" },
        { "no classifier", "no classifier" },
        { "loaded", "before it is saved" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_exported_is_named(string what, string named)
    {
        IDataView rows = _folder.Rows(_context);
        var load = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.LoadImages("Image", null, "ImagePath"));
        var keys = _context.Transforms.Conversion.MapKeyToValue("PredictedLabel");
        ITransformer model = what switch
        {
            "naive bayes" => Pipeline(_context.MulticlassClassification.Trainers.NaiveBayes()).Fit(rows),
            "pairs" => Pipeline(_context.MulticlassClassification.Trainers.PairwiseCoupling(_context.BinaryClassification.Trainers.LbfgsLogisticRegression())).Fit(rows),
            "bins" => load.Append(_encoder.AsEstimator()).Append(_context.Transforms.NormalizeBinning("Features")).Append(Trainer("lbfgs")).Append(keys).Fit(rows),
            "distribution" => load.Append(_encoder.AsEstimator()).Append(_context.Transforms.NormalizeLogMeanVariance("Features")).Append(Trainer("lbfgs")).Append(keys).Fit(rows),
            "unit length" => load.Append(_encoder.AsEstimator()).Append(_context.Transforms.NormalizeLpNorm("Features")).Append(Trainer("lbfgs")).Append(keys).Fit(rows),
            "other column" => load.Append(_encoder.AsEstimator()).Append(_context.Transforms.NormalizeMinMax("Other", "Features"))
                .Append(_context.Transforms.NormalizeMinMax("Features", "Other")).Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Other")).Append(keys).Fit(rows),
            "grayscale" => _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.ConvertToGrayscale("Image")).Append(_encoder.AsEstimator())
                .Append(_context.Transforms.Conversion.MapValueToKey("Label")).Append(Trainer("lbfgs")).Append(keys).Fit(rows),
            "no encoder" => load.Fit(rows),
            "no classifier" => load.Append(_encoder.AsEstimator()).Fit(rows),
            _ => Reloaded(Pipeline(Trainer("lbfgs")).Fit(rows), rows.Schema),
        };

        string message = Assert.Throws<ArgumentException>(() => _context.Contrastive().ExportClassifierToOnnx(model, OnnxFile)).Message;

        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.False(File.Exists(OnnxFile));
    }

    private EstimatorChain<ITransformer> Pipeline(IEstimator<ITransformer> trainer) => new EstimatorChain<ITransformer>()
        .Append<ITransformer>(_context.Transforms.LoadImages("Image", null, "ImagePath"))
        .Append<ITransformer>(_encoder.AsEstimator())
        .Append<ITransformer>(_context.Transforms.Conversion.MapValueToKey("Label"))
        .AppendCacheCheckpoint(_context) // trainers pass over the data many times
        .Append(trainer)
        .Append<ITransformer>(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private IEstimator<ITransformer> Trainer(string name)
    {
        var (multiclass, binary) = (_context.MulticlassClassification.Trainers, _context.BinaryClassification.Trainers);
        return name switch
        {
            "lbfgs" => multiclass.LbfgsMaximumEntropy(),
            "sdca" => multiclass.SdcaMaximumEntropy(),
            "sdca without probabilities" => multiclass.SdcaNonCalibrated(),
            "ova logistic" => multiclass.OneVersusAll(binary.LbfgsLogisticRegression()),
            "ova perceptron" => multiclass.OneVersusAll(binary.AveragedPerceptron()),
            "ova sdca without probabilities" => multiclass.OneVersusAll(binary.SdcaNonCalibrated()),
            _ => multiclass.OneVersusAll(binary.LinearSvm(), useProbabilities: false),
        };
    }

    private DenseTensor<float> Images()
    {
        string[] files = _folder.Files;
        var pixels = new DenseTensor<float>([files.Length, 3, 24, 24]);
        for (int i = 0; i < files.Length; i++)
        {
            using SKBitmap bitmap = SKBitmap.Decode(files[i]);
            for (int y = 0; y < 24; y++)
            {
                for (int x = 0; x < 24; x++)
                {
                    SKColor color = bitmap.GetPixel(x, y);
                    (pixels[i, 0, y, x], pixels[i, 1, y, x], pixels[i, 2, y, x]) = (color.Red, color.Green, color.Blue);
                }
            }
        }

        return pixels;
    }

    private ITransformer Reloaded(ITransformer model, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        _context.Model.Save(model, schema, file);
        file.Position = 0;
        return _context.Model.Load(file, out _);
    }

    private sealed class Numbered
    {
        public string ImagePath { get; set; } = "";

        public float Label { get; set; }
    }
}
