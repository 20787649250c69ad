using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>
/// CIFAR-10 in lightly's benchmark (lightly-ai/lightly 1.4, docs/source/getting_started/benchmarks/cifar10_benchmark.py): ResNet-18, without blur; 200 epochs of batch 128, or
/// 800 of batch 512. Its published accuracies, of March 2023, are of weighted nearest neighbours (k 200, temperature 0.1); releases since then give BYOL other views.
/// </summary>
internal static class LightlyPresets
{
    private const int Size = 32;

    /// <summary>SimCLRTransform(input_size=32, cj_strength=0.5, gaussian_blur=0.0): of SimCLR, MoCo and BYOL.</summary>
    private static readonly ViewAugmentation View = new()
    {
        Crop = PublishedViews.Crop(Size, 0.08, 1),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = PublishedViews.Jitter(0.4, 0.4, 0.1),
        Grayscale = new RandomGrayscale { Probability = 0.2 },
    };

    /// <summary>SimSiamTransform(input_size=32, gaussian_blur=0.0): crop .2–1.</summary>
    private static readonly ViewAugmentation SimSiamView = View with { Crop = PublishedViews.Crop(Size, 0.2, 1) };

    /// <summary>DINOTransform(global_crop_size=32, n_local_views=0, cj_strength=0.5, gaussian_blur=(0, 0, 0)): crop .4–1, the second view solarized in 20 %.</summary>
    private static readonly ViewAugmentation DinoView =
        View with { Crop = PublishedViews.Crop(Size, 0.4, 1, ResizeFilter.Bicubic), Color = PublishedViews.Jitter(0.4, 0.2, 0.1) };

    /// <summary>The benchmark strings the ResNet's children together, without what lies between them in its forward pass; lightly/models/resnet.py initialises nothing.</summary>
    private static readonly string[] OfAll =
        ["no ReLU follows the ResNet's first batch norm", "its convolutions start with torch's default weights, here with Kaiming's normal ones"];

    public static IEnumerable<ContrastivePreset> All() =>
    [
        .. Of(epochs: 200, batch: 128, queue: 4096),
        .. Of(epochs: 800, batch: 512, queue: 8192),        // "increased size of memory bank from 4096 to 8192 […] due to larger batch size"
    ];

    private static IEnumerable<ContrastivePreset> Of(int epochs, int batch, int queue)
    {
        return
        [
            Preset(
                new SimClr { Temperature = 0.5, ProjectionHiddenDimension = 512, ProjectionDimension = 128 },
                "the head's last batch norm has a trained shift", "each view passes the networks by itself, here batch norm sees both together"),
            Preset(
                MoCo.V2 with
                {
                    QueueSize = queue, Temperature = 0.1, Momentum = 0.99, ProjectionHiddenDimension = 512, ProjectionDimension = 128, Symmetric = true,
                    BatchNormGroups = 8,
                },
                "there is one queue for both directions, here each has its own"),
            Preset(
                new Byol
                {
                    HiddenDimension = 1024, ProjectionDimension = 256, OutputBias = true, Momentum = 0.99, CosineMomentum = false,
                    TargetStart = TargetStart.OnlineWeights, TargetUpdate = TargetUpdate.BeforeTargets,
                },
                "the loss is a quarter of the paper's, which is minimised here", "heads start with torch's default weights, here with those of BYOL's authors"),
            Preset(
                new SimSiam
                {
                    ProjectionLayers = 2, ProjectionHiddenDimension = 2048, ProjectionDimension = 2048, PredictorHiddenDimension = 512,
                    FixedPredictorLearningRate = false,
                },
                "the projector's last batch norm has a scale and a shift") with
            {
                Views = [SimSiamView, SimSiamView],
                Optimizer = Sgd() with { LearningRate = 0.06, LearningRateScaling = LearningRateScaling.None },     // "no lr-scaling, results in better training stability"
            },
            Preset(
                new Dino
                {
                    HeadLayers = 2, HiddenDimension = 2048, BottleneckDimension = 256, Prototypes = 2048, HeadBatchNorm = true, Momentum = 0.99, FreezeLastLayerEpochs = 0,
                    EncoderFrom = DinoNetwork.Student,      // the nearest neighbours are those of self.backbone, the network that is trained
                },
                "momentum stays at 0.99, here it rises to 1", "the teacher's head starts with weights of its own, here with the student's",
                "heads start with torch's default weights, here with those of DINO's authors", "biases and norms are decayed too",
                "each view passes the networks by itself, here batch norm sees both together") with
            {
                Views = [DinoView, DinoView with { Solarize = new Solarize { Probability = 0.2 } }],
            },
        ];

        ContrastivePreset Preset(ContrastiveMethod method, params IEnumerable<string> deviations) => new()
        {
            Name = FormattableString.Invariant($"{method.Name}/cifar10-{epochs}ep"),
            Source = "lightly 1.4, docs/source/getting_started/benchmarks/cifar10_benchmark.py",
            Deviations = $"in the original {string.Join("; ", [.. deviations, .. OfAll])}",
            Method = method,
            Backbone = Backbone.ResNet18(Stem.Cifar),
            Views = [View, View],
            Optimizer = Sgd(),
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch },
            Epochs = epochs,
            BatchSize = batch,
        };
    }

    /// <summary>0.06 × batch / 128, momentum 0.9, weight decay 5e-4.</summary>
    private static Sgd Sgd() => new() { LearningRate = 0.12, Momentum = 0.9, WeightDecay = 5e-4 };
}
