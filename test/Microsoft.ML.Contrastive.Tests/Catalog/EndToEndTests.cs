using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What a user types, from a folder of images to a model that an application opens which knows nothing of this library.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 12);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pipeline_of_the_design_runs_and_its_model_opens_with_stock_packages_alone()
    {
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(_folder.Path);

        var pretraining = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24, beta: 0))
            .Append(mlContext.Transforms.RandomHorizontalFlip(["View1", "View2"]))
            .Append(mlContext.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4f, contrast: 0.4f, saturation: 0.4f, hue: 0.1f))
            .Append(mlContext.Transforms.JointBlur(["View1", "View2"]))
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                InputColumnName = "Image",
                OutputColumnName = "Features",
                ViewColumnNames = ["View1", "View2"],
                Method = new SimClr { Temperature = 0.5f },
                Backbone = Backbone.ResNet18(stem: Stem.Cifar, widthMultiplier: 0.125),
                Epochs = 4,
                BatchSize = 12,
            }));
        var encoder = pretraining.Fit(photos).LastTransformer;

        var classification = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(encoder.AsEstimator())
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Features"))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = classification.Fit(photos);
        string path = Path.Combine(_folder.Path, "photos.mlnet");
        mlContext.Model.Save(model, photos.Schema, path);
        encoder.ExportToOnnx(Path.Combine(_folder.Path, "encoder.onnx"));

        IDataView predictions = model.Transform(photos);
        float[][] features = [.. predictions.GetColumn<float[]>("Features")];
        string[] labels = [.. predictions.GetColumn<string>("PredictedLabel")];

        string csv = Path.Combine(_folder.Path, "features.csv");
        string[] output = StockConsumer.Run(path, _folder.Path, "--features", csv);
        string[][] rows = [.. File.ReadLines(csv).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(_folder.Files.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.EndsWith(Path.GetFileName(_folder.Files[i]), rows[i][0].Trim('"'), StringComparison.Ordinal);
            for (int k = 0; k < features[i].Length; k++)
                Assert.InRange(float.Parse(rows[i][k + 1], CultureInfo.InvariantCulture), features[i][k] - 1e-4f, features[i][k] + 1e-4f);
            Assert.Contains(output, line => line.Contains(_folder.Files[i], StringComparison.Ordinal) && line.Contains(labels[i], StringComparison.Ordinal));
        }
    }
}
