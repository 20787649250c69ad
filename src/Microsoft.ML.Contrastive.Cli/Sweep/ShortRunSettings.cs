using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>Settings of every method for runs of some hundred steps on some thousand small images, in the form of presets.</summary>
/// <remarks>
/// Chosen beforehand from what authors use on small data, not tuned on the outcome; a better setting may exist for each, so the
/// comparison is of crops within a method first and of methods second.
/// <list type="bullet">
/// <item>Views are those of the JointCrop paper on small data, for all methods: crop .2–1, flip, jitter .4/.4/.4/.1 in 80 %, grey in 20 %, no blur.</item>
/// <item>A ResNet with a quarter of ResNet-18's channels and half of its blocks: some 300,000 weights, 128 features.</item>
/// <item>Heads are 512 wide with 128 outputs: the published 2048 and 4096 belong to 2048 features, and here there are 128.</item>
/// <item>Momentum copies follow at .99: at .996 and above a copy is still near its random start after 300 steps.</item>
/// <item>AdamW at 2e-3 with a weight decay of 1e-4, the quickstart's, where the authors have LARS or AdamW: LARS is made for batches in the thousands.</item>
/// <item>SGD at .06 with momentum .9 and a weight decay of 5e-4 where the authors have SGD: MoCo's CIFAR example (facebookresearch/moco), and near SimSiam's own on CIFAR (appendix D).</item>
/// <item>MoCo: a queue of 1,024 keys, a quarter of 4,000 images, lest a batch meet its own images among the negatives; v1 keeps its linear head and a temperature of .07.</item>
/// <item>SimCLR and MoCo v3: temperature .2, as for MoCo v2.</item>
/// <item>DINO: 1,024 prototypes, two views, gradients clipped at 3 as its authors do; the last layer is frozen in the first epoch, and the learning rate is half of the
/// others', since its loss is the one that collapses.</item>
/// </list>
/// </remarks>
internal static class ShortRunSettings
{
    /// <summary>What the settings are called beside those of the library's presets.</summary>
    public const string Name = "short";

    private const int BatchSize = 128, Epochs = 10, Side = 32;
    private const int Width = 512, Outputs = 128, Queue = 1024, Prototypes = 1024, Bottleneck = 64;
    private const double CopyMomentum = 0.99, Temperature = 0.2;

    private static readonly Dictionary<string, (ContrastiveMethod Method, Optimizer Optimizer)> Methods = new()
    {
        ["simclr"] = (new SimClr { Temperature = Temperature }, Adaptive()),
        ["mocov1"] = (MoCo.V1 with { QueueSize = Queue, Momentum = CopyMomentum }, Plain()),
        ["mocov2"] = (MoCo.V2 with { QueueSize = Queue, Momentum = CopyMomentum }, Plain()),
        ["mocov3"] = (new MoCoV3 { Temperature = Temperature, HiddenDimension = Width, ProjectionDimension = Outputs, Momentum = CopyMomentum }, Adaptive()),
        ["byol"] = (new Byol { HiddenDimension = Width, ProjectionDimension = Outputs, Momentum = CopyMomentum }, Adaptive()),
        ["simsiam"] = (new SimSiam { ProjectionDimension = Width, PredictorHiddenDimension = Width / 4 }, Plain()),
        ["dino"] = (
            new Dino { Prototypes = Prototypes, HiddenDimension = Width, BottleneckDimension = Bottleneck, Momentum = CopyMomentum },
            Adaptive() with { LearningRate = 1e-3, GradientClipping = new() { Scope = ClippingScope.EachParameter } }),
        ["vicreg"] = (new VicReg { ExpanderDimension = Width }, Adaptive()),
    };

    /// <summary>The names of the methods.</summary>
    public static IReadOnlyCollection<string> MethodNames => Methods.Keys;

    /// <summary>The settings of a method.</summary>
    /// <param name="method">One of <see cref="MethodNames"/>.</param>
    /// <param name="epochs">Passes over the images; ten when omitted. One alone has no warm-up.</param>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    public static ContrastivePreset Of(string method, int? epochs)
    {
        if (!Methods.TryGetValue(method, out (ContrastiveMethod Method, Optimizer Optimizer) chosen))
            throw new ArgumentException($"There is no method '{method}'. There are: {string.Join(", ", MethodNames)}.");
        ContrastivePreset paper = ContrastivePreset.ByName("simclr", "tiny-imagenet");
        return new ContrastivePreset
        {
            Name = $"{method}/{Name}",
            Source = "docs/experiments/README.md",
            Method = chosen.Method,
            Backbone = Backbone.ResNet10(Stem.Compact, widthMultiplier: 0.25),
            Views = paper.Views,
            Optimizer = chosen.Optimizer,
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = epochs == 1 ? 0 : 1 },
            Epochs = epochs ?? Epochs,
            BatchSize = BatchSize,
        }.WithImageSize(Side);
    }

    private static AdamW Adaptive() => new() { LearningRate = 2e-3, LearningRateScaling = LearningRateScaling.None, WeightDecay = 1e-4 };

    private static Sgd Plain() => new() { LearningRate = 0.06, LearningRateScaling = LearningRateScaling.None, WeightDecay = 5e-4 };
}
