using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>
/// CIFAR-10 and CIFAR-100 in solo-learn (da Costa et al., JMLR 2022; vturrisi/solo-learn, scripts/pretrain/cifar): ResNet-18, 1000 epochs of batch 256, the settings
/// behind its published accuracies.
/// </summary>
internal static class SoloLearnPresets
{
    private const int Size = 32;

    /// <summary>solo/data/pretrain_dataloader.py, MEANS_N_STD.</summary>
    private static readonly (string Name, PixelNormalization Normalization)[] Data =
    [
        ("cifar10", new((.4914f, .4822f, .4465f), (.2470f, .2435f, .2616f))),
        ("cifar100", new((.5071f, .4865f, .4409f), (.2673f, .2564f, .2762f))),
    ];

    /// <summary>augmentations/symmetric.yaml</summary>
    private static readonly ViewAugmentation Symmetric = new()
    {
        Crop = PublishedViews.Crop(Size, 0.08, 1, ResizeFilter.Bicubic),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = PublishedViews.Jitter(0.8, 0.8, 0.2),
        Grayscale = new RandomGrayscale { Probability = 0.2 },
        Blur = new GaussianBlur { Probability = 0.5, SigmaRange = (0.1, 2), Operator = BlurOperator.PilRadius },
    };

    /// <summary>augmentations/symmetric_weak.yaml</summary>
    private static readonly ViewAugmentation SymmetricWeak = Symmetric with { Color = PublishedViews.Jitter(0.4, 0.4, 0.1) };

    /// <summary>augmentations/asymmetric.yaml: the second view is solarized in 20 %.</summary>
    private static readonly ViewAugmentation Asymmetric = Symmetric with { Color = PublishedViews.Jitter(0.4, 0.2, 0.1), Blur = null };

    /// <summary>solo/methods/base.py, training_step.</summary>
    private const string ViewByView = "each view passes the networks by itself, here batch norm sees both together";

    /// <summary>solo/methods/base.py, on_train_batch_end: the copy moves before the momentum does.</summary>
    private const string LateMomentum = "the copy moves by the momentum of the step before";

    /// <summary>solo/utils/lars.py, clip_lr.</summary>
    private const string ClippedRate = "a gradient is multiplied by the smaller of LARS's ratio and the learning rate (clip_lr), here by their product";

    /// <summary>solo/methods/base.py (conv1; warmup_start_lr).</summary>
    private static readonly string[] OfAll =
        ["the first convolution pads by 2, here by 1, and starts with torch's default weights", "the warm-up starts at 3e-5, here at 0"];

    public static IEnumerable<ContrastivePreset> All() => from data in Data from preset in On(data.Name, data.Normalization) select preset;

    private static IEnumerable<ContrastivePreset> On(string data, PixelNormalization normalization)
    {
        ViewAugmentation[] symmetric = [Symmetric, Symmetric], weak = [SymmetricWeak, SymmetricWeak];
        ViewAugmentation[] asymmetric = [Asymmetric, Asymmetric with { Solarize = new Augmentation.Solarize { Probability = 0.2 } }];
        return
        [
            Preset("simclr.yaml", new SimClr { Temperature = 0.2, ProjectionHiddenDimension = 2048, ProjectionDimension = 256, ProjectionBatchNorm = false }, symmetric, Lars(0.4, 1e-4), ViewByView),

            // queue_size 32768, base_tau 0.99, final_tau 0.999; each view is query and key
            Preset(
                "mocov2plus.yaml",
                MoCo.V2 with { Temperature = 0.2, QueueSize = 32768, Momentum = 0.99, FinalMomentum = 0.999, ProjectionHiddenDimension = 2048, ProjectionDimension = 256, Symmetric = true },
                weak, Sgd(0.3, 1e-4), LateMomentum),
            Preset("mocov3.yaml", new MoCoV3 { Temperature = 0.2, HiddenDimension = 4096, ProjectionDimension = 256, Momentum = 0.99 }, asymmetric, Lars(0.3, 1e-6), LateMomentum),
            Preset(
                "byol.yaml",
                new Byol { HiddenDimension = 4096, ProjectionDimension = 256, Momentum = 0.99, OutputBias = true, TargetStart = TargetStart.OnlineWeights },
                asymmetric, Lars(1.0, 1e-5),
                "heads start with torch's default weights, here with those of BYOL's authors"),
            Preset(
                "simsiam.yaml",
                new SimSiam { ProjectionHiddenDimension = 2048, ProjectionDimension = 2048, PredictorHiddenDimension = 512 },
                weak, Sgd(0.5, 1e-5)),

            // temperatures are solo/methods/dino.py's defaults
            Preset(
                "dino.yaml",
                new Dino
                {
                    Prototypes = 4096, HiddenDimension = 2048, BottleneckDimension = 256, Momentum = 0.9995, TeacherTemperature = 0.07,
                    WarmupTeacherTemperatureEpochs = 0, FreezeLastLayerEpochs = 1,
                    EncoderFrom = DinoNetwork.Student,      // solo/methods/base.py: the online classifier is on the backbone, not on momentum_backbone
                },
                asymmetric, Lars(0.3, 1e-6), ViewByView),
        ];

        ContrastivePreset Preset(string file, ContrastiveMethod method, ViewAugmentation[] views, Optimizer optimizer, params IEnumerable<string> deviations) => new()
        {
            Name = $"{method.Name}/{data}",
            Source = $"solo-learn (JMLR 2022), scripts/pretrain/cifar/{file}",
            Deviations = $"in the original {string.Join("; ", [.. deviations, .. optimizer is Lars ? [ClippedRate] : Array.Empty<string>(), .. OfAll])}",
            Method = method,
            Backbone = Backbone.ResNet18(Stem.Cifar),
            Views = views,
            Normalization = normalization,
            Optimizer = optimizer,

            // solo/utils/lr_scheduler.py, LinearWarmupCosineAnnealingLR: the warm-up's last step has the peak already.
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10, Convention = CosineConvention.Dino },
            Epochs = 1000,
            BatchSize = 256,
        };
    }

    /// <summary>eta 0.02, biases and norms left out, the ratio of Lightning Bolts; the rate is scaled by batch / 256.</summary>
    private static Lars Lars(double learningRate, double weightDecay) =>
        new() { LearningRate = learningRate, WeightDecay = weightDecay, Momentum = 0.9, TrustCoefficient = 0.02, Ratio = LarsRatio.SumOfNorms };

    private static Sgd Sgd(double learningRate, double weightDecay) => new() { LearningRate = learningRate, WeightDecay = weightDecay, Momentum = 0.9 };
}
