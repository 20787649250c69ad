using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The pretraining of the whole-run benchmarks, through <c>Fit</c> as a user's: all of SimCLR's steps, a small ResNet.</summary>
internal static class SmallPretraining
{
    /// <summary>A quarter of ResNet-18's channels, half of its blocks: some 300,000 weights.</summary>
    public static Backbone Backbone { get; } = Backbone.ResNet10(Stem.Compact, widthMultiplier: 0.25);

    /// <summary>Pretrains and returns the encoder.</summary>
    /// <param name="seed">Seed of weights, order and views.</param>
    /// <param name="images">Rows with ImagePath and, if known, Label.</param>
    /// <param name="crop">The crop; the other steps are the same for all of them.</param>
    /// <param name="method">The method.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="batchSize">Images a step.</param>
    /// <param name="epochs">Passes over the images; 0 gives random weights.</param>
    /// <param name="monitoredImages">Images that are looked at after each epoch.</param>
    /// <param name="afterEpoch">Called after each epoch.</param>
    /// <param name="backbone">The network; <see cref="Backbone"/> when it is left out.</param>
    /// <param name="renderThreads">Threads that render; the trainer's choice when it is left out.</param>
    /// <param name="torchThreads">Threads that torch computes with; torch's own when it is left out.</param>
    public static ContrastiveEncoderTransformer Fit(
        int seed, IDataView images, CropStep crop, ContrastiveMethod method, Optimizer optimizer, int batchSize, int epochs,
        int monitoredImages, Action<EpochMetrics>? afterEpoch, Backbone? backbone = null, int? renderThreads = null, int? torchThreads = null)
    {
        var mlContext = new MLContext(seed);
        string[] views = ["View1", "View2"];
        return mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.CropViews(views, "Image", crop))
            .Append(mlContext.Transforms.AugmentViews(views, new HorizontalFlip()))
            .Append(mlContext.Transforms.AugmentViews(views, new ColorJitter()))
            .Append(mlContext.Transforms.AugmentViews(views, new RandomGrayscale()))
            .Append(mlContext.Transforms.AugmentViews(views, new GaussianBlur()))
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                ViewColumnNames = views,
                Method = method,
                Backbone = backbone ?? Backbone,
                Optimizer = optimizer,
                LearningRateSchedule = new CosineSchedule { WarmupEpochs = epochs > 1 ? 1 : 0 },
                BatchSize = batchSize,
                Epochs = epochs,
                MonitoredImages = monitoredImages,
                MetricsCallback = afterEpoch,
                RenderThreads = renderThreads,
                TorchThreads = torchThreads,
            }))
            .Fit(images).LastTransformer;
    }
}
