using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Tests.Documentation;

/// <summary>What README.md says.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_pages_code_compiles()
    {
        DocumentedCode.AssertExecutedBy("README.md");
        DocumentedCode.AssertExecutedBy("src/Microsoft.ML.Contrastive/README.md");
        Assert.NotNull((Action<IDataView>)Code);
    }

    [Fact]
    public void The_number_of_presets_is_that_of_the_page() =>
        Assert.Contains($" {Microsoft.ML.Contrastive.Training.Presets.ContrastivePreset.All.Count} published settings", Pages.Text("README.md"), StringComparison.Ordinal);

    /// <summary>Not executed: 200 epochs.</summary>
    private static void Code(IDataView labelledPhotos)
    {
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder("photos");            // ImagePath, Label (the folder's name)

        var pretraining = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 96, beta: 0))
            .Append(mlContext.Transforms.RandomHorizontalFlip(["View1", "View2"]))
            .Append(mlContext.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1))
            .Append(mlContext.Transforms.JointBlur(["View1", "View2"]))
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                Method = new SimClr { Temperature = 0.5 },
                Backbone = Backbone.ResNet18(Stem.Cifar),
                Epochs = 200,
                BatchSize = 512,
            }));
        var encoder = pretraining.Fit(photos).LastTransformer;                                // Image → Features; labels were not used

        var classification = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(encoder.AsEstimator())                                                    // frozen: CrossValidate does not pretrain again
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Features"))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = classification.Fit(labelledPhotos);

        mlContext.Model.Save(model, labelledPhotos.Schema, "photos.mlnet");                   // opens with ML.NET's packages alone
        encoder.ExportToOnnx("encoder.onnx");                                                 // written, run and compared in one act
    }
}
