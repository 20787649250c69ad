using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What docs/fine-tuning.md says, as it says it.</summary>
public sealed class FineTuningTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 100);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pages_code_fine_tunes_evaluates_saves_and_exports()
    {
        DocumentedCode.AssertExecutedBy("docs/fine-tuning.md");
        var mlContext = new MLContext(seed: 1);
        ContrastiveEncoderTransformer encoder = TinyPretraining.Fit(_folder.Path, TinyPretraining.Options("simclr", null));
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(_folder.Path);
        string modelFile = Path.Combine(_folder.Path, "photos.mlnet"), onnxFile = Path.Combine(_folder.Path, "photos.onnx");

        var training = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
            .Append(mlContext.Transforms.RandomResizedCrop(["View1"], "Image", imageSize: 32))
            .Append(mlContext.Transforms.RandomHorizontalFlip(["View1"]))
            .Append(mlContext.Contrastive().Trainers.SupervisedClassification(new SupervisedTrainer.Options
            {
                InputColumnName = "Image",
                ViewColumnNames = ["View1"],
                LabelColumnName = "Label",
                InitialEncoder = encoder,
                EncoderLearningRateFactor = 0.1,
                Optimizer = new Sgd { LearningRate = 0.1, WeightDecay = 1e-4 },
                Epochs = 30,
                BatchSize = 16,
            }));
        var split = mlContext.Data.TrainTestSplit(photos, testFraction: 0.2);
        var model = training.Fit(split.TrainSet);

        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
        Console.WriteLine($"top-1 accuracy {metrics.MicroAccuracy:0.0%}");

        mlContext.Model.Save(model, photos.Schema, modelFile);      // opens with ML.NET's packages alone
        model.LastTransformer.ExportToOnnx(onnxFile);               // features, probabilities and class names

        // Upright and lying stripes, which mirroring leaves what they are: 0.5 is chance.
        Assert.True(metrics.MicroAccuracy > 0.75, $"{metrics.MicroAccuracy}");
        string[] predicted = [.. model.Transform(photos).GetColumn<string>("PredictedLabel")];
        Assert.Equal(predicted, StockConsumer.Run(modelFile, _folder.Path).Select(line => line.Split('\t')[1]));
        Assert.True(File.Exists(onnxFile));
    }
}
