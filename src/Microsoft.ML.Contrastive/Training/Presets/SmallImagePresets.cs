using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>
/// STL-10 (train and unlabeled) and Tiny-ImageNet in the JointCrop paper (AAAI-25, "Experimental Setup"), whose values are those of ContrastiveCrop (Peng et al.,
/// CVPR 2022; xyupeng/ContrastiveCrop, configs/small).
/// </summary>
internal static class SmallImagePresets
{
    /// <summary>configs/small/stl10: the size of the images, mean, std.</summary>
    private static readonly (string Name, int Size, PixelNormalization Normalization) Stl10 =
        ("stl10", 96, new((.4406f, .4273f, .3858f), (.2312f, .2265f, .2237f)));

    /// <summary>configs/small/tiny200: the size of the images, mean, std.</summary>
    private static readonly (string Name, int Size, PixelNormalization Normalization) TinyImageNet =
        ("tiny-imagenet", 64, new((.4802f, .4481f, .3975f), (.2302f, .2265f, .2262f)));

    /// <summary>Heads by configs/small/*/{simclr,byol,moco,simsiam}_rcrop.py.</summary>
    private static readonly ContrastiveMethod[] Methods =
    [
        // temperature=0.5, dim=128; the head is the paper's formula, without batch norm.
        new SimClr { Temperature = 0.5, ProjectionDimension = 128, ProjectionBatchNorm = false },

        // dim=512, pred_dim=128, m=0.996; models/byol.py: biases, a target of its own weights that moves before its use and at one pace.
        new Byol
        {
            HiddenDimension = 512,
            ProjectionDimension = 128,
            Momentum = 0.996,
            CosineMomentum = false,
            OutputBias = true,
            TargetStart = TargetStart.OwnWeights,
            TargetUpdate = TargetUpdate.BeforeTargets,
        },

        // dim=128, K=65536, m=0.999, T=0.20, mlp=True
        MoCo.V2 with { ProjectionDimension = 128, QueueSize = 65536, Momentum = 0.999, Temperature = 0.2 },

        // dim=512, pred_dim=128, fix_pred_lr=True
        new SimSiam { ProjectionDimension = 512, PredictorHiddenDimension = 128, FixedPredictorLearningRate = true },
    ];

    public static IEnumerable<ContrastivePreset> All() =>
        from data in new[] { Stl10, TinyImageNet }
        from method in Methods
        select new ContrastivePreset
        {
            Name = $"{method.Name}/{data.Name}",
            Source = "JointCrop (AAAI-25), experimental setup on small data; heads and normalisation of ContrastiveCrop (CVPR 2022), configs/small",
            Deviations = DeviationsOf(method),
            Method = method,

            // depth=18, maxpool=False; zero_init_residual=True for SimSiam
            Backbone = Backbone.ResNet18(Stem.Cifar, zeroInitializeResidual: method is SimSiam),
            Views = Enumerable.Repeat(PublishedViews.MoCoV2(data.Size) with { Blur = null }, 2).ToArray(),
            Normalization = data.Normalization,

            // SGD, cosine from 0.5 at batch 512, weight decay 1e-4, no warm-up; the rate changes once an epoch.
            Optimizer = new Sgd { LearningRate = 0.5, LearningRateScaling = LearningRateScaling.None, Momentum = 0.9, WeightDecay = 1e-4 },
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch },
            Epochs = 500,
            BatchSize = 512,
        };
    /// <summary>From the configurations and code of ContrastiveCrop; the JointCrop paper leaves these open.</summary>
    private static string DeviationsOf(ContrastiveMethod method)
    {
        const string FinalRate = "ContrastiveCrop's cosine ends at a tenth of the rate (decay_rate=0.1), here at 0";
        return method switch
        {
            SimClr => $"{FinalRate}; its loss is 0.5 / 0.07 times the mean that is minimised here (losses/NT_Xent_dist.py, base_temperature)",
            Byol => $"{FinalRate}; its heads start with torch's default weights, here with those of BYOL's authors",
            MoCo => $"{FinalRate}; it shuffles keys between GPUs whose number it does not give, here batch norm sees the batch whole (batchNormGroups)",
            _ => FinalRate,
        };
    }
}
