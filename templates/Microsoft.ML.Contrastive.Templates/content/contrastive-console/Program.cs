// Pretrains an encoder on a folder of images and trains ML.NET's linear classifier on what it makes of them.
//
//   dotnet run -c Release -- PHOTOS [EPOCHS]
//
// PHOTOS holds a folder of images for each class; images that lie beside these folders have no label and are pretrained on all the same.
// Writes encoder.onnx and photos.mlnet.

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Contrastive;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;

if (args.Length is < 1 or > 2 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("usage: dotnet run -c Release -- PHOTOS [EPOCHS]");
    return 2;
}

const int ImageSize = 64;
int epochs = args.Length == 2 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;
var mlContext = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(args[0]);             // ImagePath, Label (the folder's name)

var pretraining = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
    .Append(mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: ImageSize, beta: 0))
    .Append(mlContext.Transforms.RandomHorizontalFlip(["View1", "View2"]))
    .Append(mlContext.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1))
    .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
    {
        Method = new SimClr { Temperature = 0.5 },
        Backbone = Backbone.ResNet18(Stem.Compact),
        Epochs = epochs,
        BatchSize = 64,
        MetricsCallback = Console.WriteLine,
    }));
var encoder = pretraining.Fit(photos).LastTransformer;                                // Image → Features; labels were not used
encoder.ExportToOnnx("encoder.onnx");

IDataView labelled = mlContext.Data.FilterByCustomPredicate<Photo>(photos, photo => photo.Label.Length == 0);
var split = mlContext.Data.TrainTestSplit(labelled, testFraction: 0.2);
var classification = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
    .Append(encoder.AsEstimator())
    .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
    .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Features"))
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var model = classification.Fit(split.TrainSet);
Console.WriteLine($"accuracy on held-out images: {mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy:P1}");
mlContext.Model.Save(model, labelled.Schema, "photos.mlnet");                          // opens with ML.NET's packages alone
return 0;

internal sealed class Photo
{
    public string Label { get; set; } = "";
}
