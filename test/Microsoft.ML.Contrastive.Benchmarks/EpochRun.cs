using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>A whole epoch of SimCLR through <c>Fit</c>, from opening the folder to the end of the last step; the peer of eng/compare/epoch_pytorch.py.</summary>
internal static class EpochRun
{
    private const int Side = 32, BatchSize = 256;

    private static readonly Backbone QuarterWidth = Backbone.ResNet18(Stem.Cifar, widthMultiplier: 0.25);

    public static int Execute(string folder, int? images)
    {
        Seams.TorchRuntime.EnsureLoaded();      // As the peer has imported torch before its clock starts.
        long start = Stopwatch.GetTimestamp();
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Contrastive().LoadImagesFromFolder(folder);
        if (images is { } count)
            data = EvenlySpread(mlContext, data, count);
        using var encoder = SmallPretraining.Fit(
            seed: 1, data, new RandomResizedCrop { OutputSize = new(Side, Side) }, new SimClr { Temperature = 0.2 }, new Sgd { LearningRate = 0.25 },
            BatchSize, epochs: 1, monitoredImages: 0, afterEpoch: null, QuarterWidth);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch_seconds {Stopwatch.GetElapsedTime(start).TotalSeconds:F3}"));
        return 0;
    }

    private static IDataView EvenlySpread(MLContext mlContext, IDataView data, int count)
    {
        string[] paths = [.. data.GetColumn<string>("ImagePath")];
        return mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new ImageRow { ImagePath = paths[(long)i * paths.Length / count] }));
    }

    private sealed class ImageRow
    {
        public string ImagePath { get; set; } = "";
    }
}
