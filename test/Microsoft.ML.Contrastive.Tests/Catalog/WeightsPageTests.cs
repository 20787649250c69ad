using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Contrastive.Weights.PyTorch;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What docs/weights.md says, as it says it.</summary>
public sealed class WeightsPageTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 8);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pages_code_loads_goes_on_training_and_saves()
    {
        DocumentedCode.AssertExecutedBy("docs/weights.md");
        var mlContext = new MLContext(seed: 1);
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(_folder.Path);
        string weightsFile = Path.Combine(_folder.Path, "moco.pth.tar"), pytorchFile = Path.Combine(_folder.Path, "encoder.pth"), detectorFile = Path.Combine(_folder.Path, "detector.pth");
        using (BackboneModule network = Backbone.ResNet18().Create())
        using (FileStream stream = File.Create(weightsFile))
            PyTorchWriter.Write(stream, [.. network.state_dict().Select(t => ($"state_dict.module.encoder_q.{t.Key}", t.Value))]);

        var encoder = mlContext.Contrastive().LoadEncoder(weightsFile, "resnet18", new LoadEncoderOptions { ImageSize = new(32, 32) });
        Console.WriteLine(encoder.LoadedWeights);       // MoCo names behind 'state_dict.module.encoder_q.': 120 matched

        var pretraining = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 32, beta: 0))
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                InitialEncoder = encoder,
                Epochs = 1,
                BatchSize = 8,
            }));
        var adapted = pretraining.Fit(photos).LastTransformer;

        adapted.SaveWeights(pytorchFile);                                   // torchvision's names; of a vision transformer timm's
        adapted.SaveWeights(detectorFile, WeightFormat.Detectron2C4);       // or Detectron2Fpn

        Assert.Equal("MoCo names behind 'state_dict.module.encoder_q.': 120 matched", encoder.LoadedWeights!.ToString());
        Assert.Equal(1, adapted.TrainedEpochs);
        using ContrastiveEncoderTransformer saved = mlContext.Contrastive().LoadEncoder(pytorchFile, "resnet18"), detector = mlContext.Contrastive().LoadEncoder(detectorFile, "resnet18");
        Assert.Equal((WeightFormat.Torchvision, WeightFormat.Detectron2C4), (saved.LoadedWeights!.Format, detector.LoadedWeights!.Format));
    }
}
