using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The share of its time that training waits for data, on images of CIFAR's size: from the second epoch on, as the first one decodes.</summary>
internal static class WaitingRun
{
    private const int Side = 32, BatchSize = 64;

    public static int Execute(int images, int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 2);
        using SyntheticImages files = SyntheticImages.Write(images, Side);
        var metrics = new List<EpochMetrics>();
        using var encoder = SmallPretraining.Fit(
            seed: 1, new MLContext().Contrastive().LoadImagesFromFolder(files.Folder), new JointCrop { OutputSize = new(Side, Side) }, new SimClr { Temperature = 0.2 },
            new Sgd { LearningRate = 0.1 }, BatchSize, epochs, monitoredImages: 0, metrics.Add, Backbone.ResNet18(Stem.Cifar, widthMultiplier: 0.25));
        foreach (EpochMetrics epoch in metrics)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch.Epoch}: {epoch.ImagesPerSecond:F0} images/s, {epoch.WaitingForData:P2} waiting"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"waiting_share {metrics.Skip(1).Average(epoch => epoch.WaitingForData):F4}"));
        return 0;
    }
}
