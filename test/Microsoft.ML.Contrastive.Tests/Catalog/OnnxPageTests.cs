using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What docs/onnx.md says, as it says it.</summary>
public sealed class OnnxPageTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pages_code_exports_encoders_and_classifiers_and_measures_what_narrow_weights_cost()
    {
        DocumentedCode.AssertExecutedBy("docs/onnx.md");
        var mlContext = new MLContext(seed: 1);
        ContrastiveEncoderTransformer encoder = TinyPretraining.Fit(_folder.Path, TinyPretraining.Options("simclr", null));
        string folder = _folder.Path;
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(folder);

        OnnxExportResult result = encoder.ExportToOnnx(Path.Combine(folder, "encoder.onnx"));
        Console.WriteLine(result);

        encoder.ExportToOnnx(Path.Combine(folder, "raw.onnx"), new OnnxExportOptions { RawImageInput = true, License = "CC-BY-4.0" });
        encoder.ExportToOnnx(Path.Combine(folder, "map.onnx"), new OnnxExportOptions { FeatureMap = true, OutputName = "map" });

        ContrastiveEncoderTransformer TrainWith(ContrastivePretrainTrainer.Options options)
        {
            ContrastivePretrainTrainer.Options tiny = TinyPretraining.Options("simclr", null);
            tiny.KeepProjector = options.KeepProjector;
            return TinyPretraining.Fit(_folder.Path, tiny);
        }

        ContrastiveEncoderTransformer withHead = TrainWith(new ContrastivePretrainTrainer.Options { KeepProjector = true });
        withHead.ExportToOnnx(Path.Combine(folder, "head.onnx"), new OnnxExportOptions { Projector = true });
        var projections = mlContext.Transforms.ApplyOnnxEncoder(
            new OnnxEncoderEstimator.Options { ModelFile = Path.Combine(folder, "head.onnx"), ModelOutputName = "projection" });
        Assert.Equal(16, projections.Fit(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath").Fit(photos).Transform(photos)).FeatureDimension);

        var classification = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(encoder.AsEstimator())
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(mlContext)
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Features"))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = classification.Fit(photos);
        mlContext.Contrastive().ExportClassifierToOnnx(model, Path.Combine(folder, "classifier.onnx"));

        var images = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath").Fit(photos).Transform(photos);
        var split = mlContext.Data.TrainTestSplit(images, testFraction: 0.3);
        foreach (OnnxWeightType weights in Enum.GetValues<OnnxWeightType>())
        {
            string file = Path.Combine(folder, $"encoder-{weights}.onnx");
            OnnxExportResult written = encoder.ExportToOnnx(file, new OnnxExportOptions { Weights = weights });
            var scorer = mlContext.Transforms.ApplyOnnxEncoder("Features", "Image", file).Fit(images);
            var accuracy = mlContext.Contrastive().Evaluation.NearestNeighbours(
                scorer, split.TrainSet, split.TestSet, neighbours: 5, options: new EncoderEvaluationOptions { ImageSize = encoder.ImageSize });
            Console.WriteLine($"{weights}: {written.FileSize:N0} bytes, largest deviation {written.LargestDeviation:G3}, top-1 {accuracy.Top1:P1}");
        }

        // A file whose features were wrecked would not vote as the encoder in memory does.
        double inMemory = Top1(encoder);
        foreach (OnnxWeightType weights in Enum.GetValues<OnnxWeightType>())
            Assert.InRange(Top1(mlContext.Transforms.ApplyOnnxEncoder("Features", "Image", Path.Combine(folder, $"encoder-{weights}.onnx")).Fit(images)), inMemory - 0.15, inMemory + 0.15);
        Assert.All(["encoder", "raw", "map", "classifier"], name => Assert.True(File.Exists(Path.Combine(folder, name + ".onnx"))));
        Assert.InRange(result.LargestDeviation, 0, 1e-4);

        double Top1(ITransformer encoding) => mlContext.Contrastive().Evaluation.NearestNeighbours(
            encoding, split.TrainSet, split.TestSet, neighbours: 5, options: new EncoderEvaluationOptions { ImageSize = encoder.ImageSize }).Top1;
    }
}
