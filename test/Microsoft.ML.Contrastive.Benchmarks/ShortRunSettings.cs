using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>A method with settings for runs of some hundred steps on some thousand small images.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Method">The method.</param>
/// <param name="Optimizer">Its optimiser; learning rates are for a batch of <see cref="BatchSize"/>, without scaling.</param>
/// <remarks>
/// Chosen beforehand from what authors use on small data, not tuned on the outcome; a better setting may exist for each, so the
/// comparison is of crops within a method first and of methods second.
/// <list type="bullet">
/// <item>Heads are 512 wide with 128 outputs: the published 2048 and 4096 belong to 2048 features, and here there are 128.</item>
/// <item>Momentum copies follow at .99: at .996 and above a copy is still near its random start after 300 steps.</item>
/// <item>AdamW at 2e-3 with a weight decay of 1e-4, the quickstart's, where the authors have LARS or AdamW: LARS is made for batches in the thousands.</item>
/// <item>SGD at .06 with momentum .9 and a weight decay of 5e-4 where the authors have SGD: MoCo's CIFAR example (facebookresearch/moco), and near SimSiam's own on CIFAR (appendix D).</item>
/// <item>MoCo: a queue of 1,024 keys, a quarter of the images, lest a batch meet its own images among the negatives; v1 keeps its linear head and a temperature of .07.</item>
/// <item>SimCLR and MoCo v3: temperature .2, as for MoCo v2.</item>
/// <item>DINO: 1,024 prototypes, two views, gradients clipped at 3 as its authors do; the last layer is frozen in the first epoch, and the learning rate is half of the others', since its loss is the one that collapses.</item>
/// </list>
/// </remarks>
internal sealed record ShortRunSettings(string Name, ContrastiveMethod Method, Optimizer Optimizer)
{
    public const int BatchSize = 128;

    private const int Width = 512, Outputs = 128, Queue = 1024, Prototypes = 1024, Bottleneck = 64;
    private const double CopyMomentum = 0.99, Temperature = 0.2;

    /// <summary>All methods.</summary>
    public static IReadOnlyList<ShortRunSettings> All { get; } =
    [
        new("simclr", new SimClr { Temperature = Temperature }, Adaptive()),
        new("mocov1", MoCo.V1 with { QueueSize = Queue, Momentum = CopyMomentum }, Plain()),
        new("mocov2", MoCo.V2 with { QueueSize = Queue, Momentum = CopyMomentum }, Plain()),
        new("mocov3", new MoCoV3 { Temperature = Temperature, HiddenDimension = Width, ProjectionDimension = Outputs, Momentum = CopyMomentum }, Adaptive()),
        new("byol", new Byol { HiddenDimension = Width, ProjectionDimension = Outputs, Momentum = CopyMomentum }, Adaptive()),
        new("simsiam", new SimSiam { ProjectionDimension = Width, PredictorHiddenDimension = Width / 4 }, Plain()),
        new(
            "dino",
            new Dino { Prototypes = Prototypes, HiddenDimension = Width, BottleneckDimension = Bottleneck, Momentum = CopyMomentum },
            Adaptive() with { LearningRate = 1e-3, GradientClipping = new() { Scope = ClippingScope.EachParameter } }),
        new("vicreg", new VicReg { ExpanderDimension = Width }, Adaptive()),
    ];

    private static AdamW Adaptive() => new() { LearningRate = 2e-3, LearningRateScaling = LearningRateScaling.None, WeightDecay = 1e-4 };

    private static Sgd Plain() => new() { LearningRate = 0.06, LearningRateScaling = LearningRateScaling.None, WeightDecay = 5e-4 };
}
