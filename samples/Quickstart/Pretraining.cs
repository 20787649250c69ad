using Microsoft.ML;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Quickstart;

/// <summary>How the encoders of this sample are pretrained: small enough for two cores and a few minutes.</summary>
internal static class Pretraining
{
    /// <summary>Pretrains an encoder on images without labels. The same seed gives the same initial weights, order and random numbers for every crop.</summary>
    /// <param name="mlContext">The context; its seed is used.</param>
    /// <param name="images">The images. Their labels are only looked at to report progress.</param>
    /// <param name="joint">Which crop makes the views; see <see cref="PositivePairs.Pipeline"/>.</param>
    /// <param name="side">Side of the images in pixels.</param>
    /// <param name="epochs">Passes over the images; 0 gives an encoder with random weights.</param>
    public static ContrastiveEncoderTransformer Fit(MLContext mlContext, IDataView images, bool joint, int side, int epochs) =>
        PositivePairs.Pipeline(mlContext, joint, side)
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                Method = new SimClr { Temperature = 0.2 },
                // A quarter of ResNet-18's channels and half of its blocks: some 300,000 weights.
                Backbone = Backbone.ResNet10(Stem.Compact, widthMultiplier: 0.25),
                ImageSize = new ImageSize(side, side),
                Optimizer = new AdamW { LearningRate = 2e-3, LearningRateScaling = LearningRateScaling.None, WeightDecay = 1e-4 },
                LearningRateSchedule = new CosineSchedule { WarmupEpochs = epochs > 1 ? 1 : 0 },
                BatchSize = 128,
                Epochs = epochs,
                MetricsCallback = metrics => Console.WriteLine($"  {metrics}"),
            }))
            .Fit(images).LastTransformer;
}
