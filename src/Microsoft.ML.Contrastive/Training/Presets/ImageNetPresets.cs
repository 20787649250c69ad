using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>ImageNet-1K, each method as its own authors have it; the JointCrop paper (AAAI-25) takes these over ("per original paper").</summary>
internal static class ImageNetPresets
{
    private const int Size = 224;

    /// <summary>What becomes of 8 GPUs on one device.</summary>
    private const string OfGroups = "running statistics of batch norm are those of the first of 8 GPUs in the original, here the mean of all 8 groups'";

    public static IEnumerable<ContrastivePreset> All() =>
        [SimClr(), MoCoV1(), MoCoV1InContrastiveCrop(), MoCoV2(), InfoMin(), .. MoCoV3(), .. MoCoV3VisionTransformers(), .. Byol(), SimSiam(), DinoVisionTransformer(), DinoResNet(), DinoMultiCrop()];

    /// <summary>SimCLR, section 2.2 and table 5; google-research/simclr, run.py and lars_optimizer.py.</summary>
    private static ContrastivePreset SimClr() => new()
    {
        Name = "simclr/imagenet-100ep",
        Source = "SimCLR (ICML 2020), sections 2 and 5, appendix A; google-research/simclr",
        Deviations = "the original sums the losses of both views, twice the mean that is minimised here; it tries crops up to 100 times, resizes without antialiasing, changes "
            + "contrast about each channel's own mean, and pads with zeros where it blurs (data_util.py); its convolutions start with weights of variance 1/fan-in, here "
            + "with torchvision's of 2/fan-out",
        Method = new SimClr { Temperature = 0.1, ProjectionDimension = 128, ProjectionHiddenDimension = 2048, ProjectionLayers = 2, ProjectionBatchNorm = true, ProjectionInitialDeviation = 0.01 },
        Backbone = Backbone.ResNet50(zeroInitializeResidual: true),
        Views = [PublishedViews.SimClr(Size), PublishedViews.SimClr(Size)],
        Optimizer = new Lars
        {
            LearningRate = 0.3,                                             // × batch / 256
            WeightDecay = 1e-6,                                             // 1e-4 in later code
            Momentum = 0.9,
            WeightDecayExclusion = ParameterExclusion.BiasAndNorm,
            LearningRateInMomentum = true,
        },
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10 },
        Epochs = 100,
        BatchSize = 4096,
    };

    /// <summary>MoCo v1, section 3.3; main_moco.py's defaults.</summary>
    private static ContrastivePreset MoCoV1() => new()
    {
        Name = "mocov1/imagenet-200ep",
        Source = "MoCo (CVPR 2020), section 3.3; facebookresearch/moco, main_moco.py",
        Deviations = $"the original turns images grey before the jitter, here after it; {OfGroups}",
        Method = MoCo.V1 with { QueueSize = 65536, Momentum = 0.999, Temperature = 0.07, ProjectionDimension = 128, BatchNormGroups = 8 },     // 8 GPUs
        Backbone = Backbone.ResNet50(),
        Views = [PublishedViews.MoCoV1(Size), PublishedViews.MoCoV1(Size)],
        Optimizer = MoCoSgd(),
        LearningRateSchedule = new StepSchedule { MilestoneEpochs = [120, 160], Factor = 0.1 },
        Epochs = 200,
        BatchSize = 256,
    };

    /// <summary>configs/IN1K/mocov1_rcrop.py of xyupeng/ContrastiveCrop, with the views of v2: the JointCrop paper's ablation (57.25 without, 60.87 with JointCrop).</summary>
    private static ContrastivePreset MoCoV1InContrastiveCrop() => MoCoV1() with
    {
        Name = "mocov1/imagenet-100ep",
        Source = "ContrastiveCrop (CVPR 2022), configs/IN1K/mocov1_rcrop.py, as in the ablation of JointCrop (AAAI-25): views of MoCo v2",
        Deviations = "as released, the configuration's decay_rate=0. ends learning after epoch 60; here the rate falls to a tenth at 60 and 80, as MoCo v1's does; "
            + $"it does not give the number of its GPUs, here it is MoCo's 8; {OfGroups}",
        Views = [PublishedViews.MoCoV2(Size), PublishedViews.MoCoV2(Size)],
        LearningRateSchedule = new StepSchedule { MilestoneEpochs = [60, 80], Factor = 0.1 },
        Epochs = 100,
    };

    /// <summary>MoCo v2, table 1 and section 3; main_moco.py --mlp --moco-t 0.2 --aug-plus --cos.</summary>
    private static ContrastivePreset MoCoV2() => new()
    {
        Name = "mocov2/imagenet-200ep",
        Source = "MoCo v2 (2020), section 3; facebookresearch/moco, main_moco.py --mlp --moco-t 0.2 --aug-plus --cos",
        Deviations = OfGroups,
        Method = MoCo.V2 with { QueueSize = 65536, Momentum = 0.999, Temperature = 0.2, ProjectionHiddenDimension = 2048, ProjectionDimension = 128, BatchNormGroups = 8 },
        Backbone = Backbone.ResNet50(),
        Views = [PublishedViews.MoCoV2(Size), PublishedViews.MoCoV2(Size)],
        Optimizer = MoCoSgd(),
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch },
        Epochs = 200,
        BatchSize = 256,
    };

    /// <summary>HobbitLong/PyContrast, main_contrast.py --method InfoMin --cosine --epochs 100; the JointCrop paper's row 67.4 → 67.81.</summary>
    private static ContrastivePreset InfoMin() => MoCoV2() with
    {
        Name = "mocov2/imagenet-infomin-100ep",
        Source = "InfoMin (NeurIPS 2020); HobbitLong/PyContrast, options/base_options.py (InfoMin: moco, D, mlp, 0.15; nce_k 65536, alpha 0.999, feat_dim 128) and datasets/util.py",
        Deviations = "without the jigsaw branch that PyContrast's InfoMin trains beside the views; blur with SimCLR's kernel, whose sampling PyContrast reimplements; "
            + $"it shuffles keys between the GPUs of a machine, whose number it does not give, here it is MoCo's 8; {OfGroups}",
        Method = MoCo.V2 with { QueueSize = 65536, Momentum = 0.999, Temperature = 0.15, ProjectionHiddenDimension = 2048, ProjectionDimension = 128, BatchNormGroups = 8 },
        Views = [PublishedViews.InfoMin(Size), PublishedViews.InfoMin(Size)],
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0, FinalFraction = 1e-3, Convention = CosineConvention.PerEpoch },       // eta_min = lr × lr_decay_rate³
        Epochs = 100,
    };

    /// <summary>facebookresearch/moco-v3, CONFIG.md for ResNet-50: learning rate (× batch / 256), weight decay and momentum by length.</summary>
    private static IEnumerable<ContrastivePreset> MoCoV3() =>
        from run in new[] { new Run(100, 0.6, 1e-6, 0.99), new Run(300, 0.3, 1e-6, 0.99), new Run(1000, 0.3, 1.5e-6, 0.996) }
        select new ContrastivePreset
        {
            Name = FormattableString.Invariant($"mocov3/imagenet-{run.Epochs}ep"),
            Source = "MoCo v3 (ICCV 2021); facebookresearch/moco-v3, CONFIG.md, ResNet-50; --crop-min .2 as in the released runs and those of JointCrop (AAAI-25)",
            Method = new MoCoV3 { Temperature = 1, ProjectionDimension = 256, HiddenDimension = 4096, Momentum = run.Momentum, CosineMomentum = true },
            Backbone = Backbone.ResNet50(zeroInitializeResidual: true),
            Views = PublishedViews.Byol(Size, minScale: 0.2, ResizeFilter.Bilinear, BlurOperator.PilRadius),
            Optimizer = new Lars { LearningRate = run.Rate, WeightDecay = run.Decay, Momentum = 0.9 },
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10 },
            Epochs = run.Epochs,
            BatchSize = 4096,
        };

    /// <summary>
    /// facebookresearch/moco-v3, CONFIG.md, ViT-Small and ViT-Base: -b 4096 --optimizer adamw --lr 1.5e-4 (× batch / 256) --weight-decay .1 --epochs 300
    /// --warmup-epochs 40 --stop-grad-conv1 --moco-m-cos --moco-t .2, all else main_moco.py's defaults (crops from .08 of the area on).
    /// </summary>
    private static IEnumerable<ContrastivePreset> MoCoV3VisionTransformers() =>
        from run in new[]
        {
            (Name: "small", Backbone: Backbone.VisionTransformerSmall(variant: VisionTransformerVariant.MoCoV3)),
            (Name: "base", Backbone: Backbone.VisionTransformerBase(variant: VisionTransformerVariant.MoCoV3)),
        }
        select new ContrastivePreset
        {
            Name = $"mocov3/imagenet-vit-{run.Name}-300ep",
            Source = "MoCo v3 (ICCV 2021), section 4 and appendix A; facebookresearch/moco-v3, CONFIG.md, ViT models, batch 4096",
            Method = Methods.MoCoV3.ForVisionTransformers with { ProjectionDimension = 256, HiddenDimension = 4096, Momentum = 0.99, CosineMomentum = true, FreezePatchEmbedding = true },
            Backbone = run.Backbone,
            Views = PublishedViews.Byol(Size, minScale: 0.08, ResizeFilter.Bilinear, BlurOperator.PilRadius),
            Optimizer = new AdamW { LearningRate = 1.5e-4, WeightDecay = 0.1 },
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 40 },
            Epochs = 300,
            BatchSize = 4096,
        };

    /// <summary>deepmind-research/byol, configs/byol.py: learning rate (× batch / 256), weight decay and momentum by length.</summary>
    private static IEnumerable<ContrastivePreset> Byol() =>
        from run in new[] { new Run(100, 0.45, 1e-6, 0.99), new Run(300, 0.3, 1e-6, 0.99), new Run(1000, 0.2, 1.5e-6, 0.996) }
        select new ContrastivePreset
        {
            Name = FormattableString.Invariant($"byol/imagenet-{run.Epochs}ep"),
            Source = "BYOL (NeurIPS 2020), section 3.3 and table 6; deepmind-research/byol, configs/byol.py",
            Deviations = "the original draws a crop once and cuts it to the image, resizes without antialiasing, adds to pixels to make them brighter, changes contrast about each "
                + "channel's own mean, changes saturation in HSV, and pads with zeros where it blurs (utils/augmentations.py, utils/dataset.py); running statistics are Haiku's, "
                + "of biased variances and without bias of their start; its convolutions start with weights of variance near 1/fan-in, here with torchvision's of 2/fan-out",
            Method = new Byol { HiddenDimension = 4096, ProjectionDimension = 256, Momentum = run.Momentum, CosineMomentum = true },
            Backbone = Backbone.ResNet50(zeroInitializeResidual: true),
            Views = PublishedViews.Byol(Size, minScale: 0.08, ResizeFilter.Bicubic, BlurOperator.Kernel10Percent),
            Optimizer = new Lars { LearningRate = run.Rate, WeightDecay = run.Decay, Momentum = 0.9, WeightDecayExclusion = ParameterExclusion.BiasAndNorm },
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10 },
            Epochs = run.Epochs,
            BatchSize = 4096,
        };

    /// <summary>SimSiam, section 3; facebookresearch/simsiam, main_simsiam.py --fix-pred-lr.</summary>
    private static ContrastivePreset SimSiam() => new()
    {
        Name = "simsiam/imagenet-100ep",
        Source = "SimSiam (CVPR 2021), section 3; facebookresearch/simsiam, main_simsiam.py --fix-pred-lr",
        Method = new SimSiam
        {
            ProjectionLayers = 3,
            ProjectionHiddenDimension = 2048,
            ProjectionDimension = 2048,
            PredictorHiddenDimension = 512,
            FixedPredictorLearningRate = true,
        },
        Backbone = Backbone.ResNet50(zeroInitializeResidual: true),
        Views = [PublishedViews.MoCoV2(Size), PublishedViews.MoCoV2(Size)],
        Optimizer = new Sgd { LearningRate = 0.05, Momentum = 0.9, WeightDecay = 1e-4 },                // × batch / 256
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch },
        Epochs = 100,
        BatchSize = 512,
    };

    /// <summary>facebookresearch/dino, main_dino.py --arch vit_small with its defaults, on 8 GPUs with 64 images each.</summary>
    private static ContrastivePreset DinoVisionTransformer() => new()
    {
        Name = "dino/imagenet-vit-100ep",
        Source = "DINO (ICCV 2021), section 3.2 and appendix C; facebookresearch/dino, main_dino.py --arch vit_small on 8 GPUs",
        Deviations = "no stochastic depth (--drop_path_rate 0.1 in the original)",
        Method = new Dino
        {
            Prototypes = 65536,
            HiddenDimension = 2048,
            BottleneckDimension = 256,
            StudentTemperature = 0.1,
            TeacherTemperature = 0.04,
            Momentum = 0.996,
            CenterMomentum = 0.9,
            FreezeLastLayerEpochs = 1,
        },
        Backbone = Backbone.VisionTransformerSmall(patchSize: 16),
        Views = PublishedViews.Dino(Size, localSize: 96, localViews: 8, split: 0.4),
        Optimizer = new AdamW { LearningRate = 0.0005, WeightDecay = 0.04, FinalWeightDecay = 0.4, GradientClipping = DinoClipping() },
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10, FinalFraction = 1e-6 / 0.001, Convention = CosineConvention.Dino },   // --min_lr 1e-6 of 0.0005 × 2
        Epochs = 100,
        BatchSize = 512,
    };

    /// <summary>facebookresearch/dino, README, "ResNet-50 and other convnets trainings".</summary>
    private static ContrastivePreset DinoResNet() => DinoVisionTransformer() with
    {
        Name = "dino/imagenet-100ep",
        Source = "DINO (ICCV 2021); facebookresearch/dino, README: --arch resnet50 --optimizer sgd --lr 0.03 --weight_decay 1e-4 --global_crops_scale 0.14 1 --local_crops_scale 0.05 0.14",
        Deviations = "none known",
        Method = (Dino)DinoVisionTransformer().Method with { Prototypes = 60000 },
        Backbone = Backbone.ResNet50(),
        Views = PublishedViews.Dino(Size, localSize: 96, localViews: 6, split: 0.14),
        Optimizer = new Sgd { LearningRate = 0.03, Momentum = 0.9, WeightDecay = 1e-4, GradientClipping = DinoClipping() },
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 10, FinalFraction = 1e-6 / 0.06, Convention = CosineConvention.Dino },
    };

    /// <summary>The multi-crop row of the JointCrop paper (AAAI-25): 2 × 160 and 4 × 96 pixels.</summary>
    private static ContrastivePreset DinoMultiCrop() => DinoResNet() with
    {
        Name = "dino/imagenet-multicrop",
        Source = "JointCrop (AAAI-25), multi-crop 2x160 + 4x96; all else as dino/imagenet-100ep. The paper gives 100 to 300 epochs for ImageNet; here 100",
        Views = PublishedViews.Dino(160, localSize: 96, localViews: 4, split: 0.14),
    };

    /// <summary>facebookresearch/moco, main_moco.py: 0.03 for a batch of 256, which it does not scale.</summary>
    private static Sgd MoCoSgd() => new() { LearningRate = 0.03, LearningRateScaling = LearningRateScaling.None, Momentum = 0.9, WeightDecay = 1e-4 };

    private static GradientClipping DinoClipping() => new() { MaxNorm = 3, Scope = ClippingScope.EachParameter };

    /// <summary>What changes with the length: learning rate at a batch of 256, weight decay, momentum of the second network.</summary>
    private readonly record struct Run(int Epochs, double Rate, double Decay, double Momentum);
}
