using System.Runtime.CompilerServices;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>How a linear classifier on frozen features is optimised.</summary>
public enum LinearEvaluationOptimizer
{
    /// <summary>Stochastic gradient descent with momentum, as torch defines it.</summary>
    Sgd,

    /// <summary>The same with Nesterov's momentum.</summary>
    NesterovSgd,

    /// <summary>Momentum with a layer-wise learning rate of 0.001·‖p‖/‖g + weight decay·p‖ (You et al. 2017; NVIDIA's LARC without clipping).</summary>
    Lars,
}

/// <summary>How the learning rate of a linear evaluation changes.</summary>
public enum LinearEvaluationSchedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Times 0.1 at each of <see cref="LinearEvaluationProtocol.Milestones"/>.</summary>
    StepDecay,

    /// <summary>Half a cosine to 0, moved on once an epoch.</summary>
    CosinePerEpoch,

    /// <summary>Half a cosine to 0, moved on at every step.</summary>
    CosinePerStep,
}

/// <summary>
/// A published way to train a linear classifier on frozen features, by name: "which protocol gave that number?" is then one word.
/// </summary>
/// <remarks>
/// All of them train on random resized crops (scale 0.08–1) with flips and test on a central crop (224 of 256; at native size on small images), encoder
/// in evaluation mode: <c>mlContext.Contrastive().Evaluation.LinearEvaluation</c> does. Say which images the features came from when you report a number that you
/// got otherwise: <see cref="LinearEvaluation"/> trains on what it is given.
/// A protocol that differs from a published one is <c>protocol with { Name = "mine", … }</c>.
/// </remarks>
public sealed record LinearEvaluationProtocol
{
    /// <summary>The name under which numbers are reported.</summary>
    public required string Name { get; init; }

    /// <summary>The optimiser. <value>The default value is <see cref="LinearEvaluationOptimizer.Sgd"/>.</value></summary>
    public LinearEvaluationOptimizer Optimizer { get; init; } = LinearEvaluationOptimizer.Sgd;

    /// <summary>The learning rate, for 256 rows a batch if <see cref="ScalesWithBatchSize"/>; greater than 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The rates among which the authors choose on held-out rows; empty where there is one rate.</summary>
    public IReadOnlyList<double> SweptLearningRates { get; init; } = [];

    /// <summary>Whether the learning rate is multiplied by batch size / 256. <value>The default value is false.</value></summary>
    public bool ScalesWithBatchSize { get; init; }

    /// <summary>Momentum, from 0 to below 1. <value>The default value is 0.9.</value></summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, at least 0. <value>The default value is 0.</value></summary>
    public double WeightDecay { get; init; }

    /// <summary>Rows a step, at least 1; the last batch of an epoch may be smaller.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Passes over the rows, at least 1.</summary>
    public required int Epochs { get; init; }

    /// <summary>The schedule of the learning rate. <value>The default value is <see cref="LinearEvaluationSchedule.Constant"/>.</value></summary>
    public LinearEvaluationSchedule Schedule { get; init; }

    /// <summary>Epochs, counted from 0, from which on <see cref="LinearEvaluationSchedule.StepDecay"/> multiplies by 0.1 once more.</summary>
    public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>
    /// Standard deviation of the initial weights, at least 0; intercepts start at 0. <value>The default value is 0.01, as in the released code of MoCo, SimSiam
    /// and DINO.</value>
    /// </summary>
    public double InitialWeightDeviation { get; init; } = 0.01;

    /// <summary>Area of the random resized crops that the classifier is trained on, as a fraction of the image's: 0 &lt; Min ≤ Max ≤ 1. <value>The default value is (0.08, 1).</value></summary>
    public (double Min, double Max) CropScale { get; init; } = (0.08, 1);

    /// <summary>Filter with which test images are resized before their middle is cut out. <value>The default value is <see cref="ResizeFilter.Bilinear"/>.</value></summary>
    public ResizeFilter CentralCropFilter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>What the classifier is given of a vision transformer. <value>The default value is <see cref="VisionTransformerTokens.LastClassToken"/>.</value></summary>
    /// <remarks>
    /// Other tokens than the last class token take an encoder in memory, a <see cref="Encoders.ContrastiveEncoderTransformer"/>. Of a saved one there are its features alone, and the result says
    /// so in its name.
    /// </remarks>
    public VisionTransformerTokens Tokens { get; init; }

    /// <summary>Small data (CIFAR, STL-10, Tiny-ImageNet): ContrastiveCrop's configuration, which JointCrop follows.</summary>
    public static LinearEvaluationProtocol Small { get; } = new()
    {
        Name = "small",
        LearningRate = 10,
        BatchSize = 512,
        Epochs = 100,
        Schedule = LinearEvaluationSchedule.StepDecay,
        Milestones = [60, 80],
    };

    /// <summary>MoCo v1 and v2 on ImageNet (He et al., CVPR 2020, section 4.1).</summary>
    public static LinearEvaluationProtocol MoCo { get; } = Small with { Name = "moco", LearningRate = 30, BatchSize = 256 };

    /// <summary>MoCo v3 on ImageNet with a ResNet-50 (Chen, Xie and He, ICCV 2021; released code).</summary>
    public static LinearEvaluationProtocol MoCoV3 { get; } = new()
    {
        Name = "moco-v3",
        LearningRate = 0.1,
        ScalesWithBatchSize = true,
        BatchSize = 1024,
        Epochs = 90,
        Schedule = LinearEvaluationSchedule.CosinePerEpoch,
    };

    /// <summary>MoCo v3 on ImageNet with a vision transformer (facebookresearch/moco-v3, CONFIG.md: --lr=3).</summary>
    public static LinearEvaluationProtocol MoCoV3VisionTransformer { get; } = MoCoV3 with { Name = "moco-v3-vit", LearningRate = 3 };

    /// <summary>SimSiam on ImageNet (Chen and He, CVPR 2021, appendix A; released code).</summary>
    public static LinearEvaluationProtocol SimSiam { get; } = MoCoV3 with { Name = "simsiam", Optimizer = LinearEvaluationOptimizer.Lars, BatchSize = 4096 };

    /// <summary>SimCLR on ImageNet (Chen et al., ICML 2020, appendix B.6).</summary>
    public static LinearEvaluationProtocol SimClr { get; } = new()
    {
        Name = "simclr",
        Optimizer = LinearEvaluationOptimizer.NesterovSgd,
        LearningRate = 0.1,
        ScalesWithBatchSize = true,
        BatchSize = 4096,
        Epochs = 90,
        Schedule = LinearEvaluationSchedule.CosinePerStep,
    };

    /// <summary>BYOL on ImageNet (Grill et al., NeurIPS 2020, appendix C.1): the rate is chosen among five on held-out rows; test images are resized bicubically.</summary>
    public static LinearEvaluationProtocol Byol { get; } = SimClr with
    {
        Name = "byol",
        LearningRate = 0.2,
        SweptLearningRates = [0.4, 0.3, 0.2, 0.1, 0.05],
        BatchSize = 1024,
        Epochs = 80,
        CentralCropFilter = ResizeFilter.Bicubic,
    };

    /// <summary>
    /// DINO on ImageNet (Caron et al., ICCV 2021, appendix F.2; released code): test images are resized bicubically, and vision transformers give more than their last
    /// class token (<see cref="Tokens"/>).
    /// </summary>
    public static LinearEvaluationProtocol Dino { get; } = MoCoV3 with
    {
        Name = "dino",
        LearningRate = 0.001,
        Epochs = 100,
        CentralCropFilter = ResizeFilter.Bicubic,
        Tokens = VisionTransformerTokens.Dino,
    };

    /// <summary>What is no protocol, though results of it are published beside those of protocols.</summary>
    internal const string OnlineName = "online";

    /// <summary>Further names of protocols.</summary>
    internal static IReadOnlyDictionary<string, string> OtherNames { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["moco-v1"] = MoCo.Name, ["moco-v2"] = MoCo.Name };

    /// <summary>All published protocols.</summary>
    public static IReadOnlyList<LinearEvaluationProtocol> All { get; } = [Small, MoCo, MoCoV3, MoCoV3VisionTransformer, SimSiam, SimClr, Byol, Dino];

    /// <summary>The published protocol of a name, e.g. "moco-v3".</summary>
    /// <param name="name">The name, case ignored; "moco-v1" and "moco-v2" are <see cref="MoCo"/>, which both have.</param>
    /// <exception cref="ArgumentException">There is no protocol of that name.</exception>
    public static LinearEvaluationProtocol ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string known = OtherNames.GetValueOrDefault(name, name);
        return All.FirstOrDefault(protocol => protocol.Name.Equals(known, StringComparison.OrdinalIgnoreCase)) ?? throw new ArgumentException(
            $"There is no linear evaluation protocol '{name}'."
                + (name.Equals(OnlineName, StringComparison.OrdinalIgnoreCase)
                    ? $" An online classifier learns along with pretraining and evaluates no trained encoder: set the trainer's option {nameof(Training.OnlineProbe)}."
                    : "")
                + $" There are: {string.Join(", ", All.Select(protocol => protocol.Name))}.",
            nameof(name));
    }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">Steps done so far, from 0.</param>
    /// <param name="stepsPerEpoch">Steps an epoch.</param>
    internal double LearningRateAt(int step, int stepsPerEpoch)
    {
        var rate = ScalesWithBatchSize ? LearningRate * BatchSize / 256 : LearningRate;
        var epoch = step / stepsPerEpoch;
        return Schedule switch
        {
            LinearEvaluationSchedule.StepDecay => rate * Math.Pow(0.1, Milestones.Count(milestone => epoch >= milestone)),
            LinearEvaluationSchedule.CosinePerEpoch => rate * 0.5 * (1 + Math.Cos(Math.PI * epoch / Epochs)),
            LinearEvaluationSchedule.CosinePerStep => rate * 0.5 * (1 + Math.Cos(Math.PI * step / ((double)Epochs * stepsPerEpoch))),
            _ => rate,
        };
    }

    /// <summary>The optimisation in one line, every value that matters for a number.</summary>
    internal string Describe()
    {
        var rate = ScalesWithBatchSize ? FormattableString.Invariant($"{LearningRate} × {BatchSize}/256") : FormattableString.Invariant($"{LearningRate}");
        var schedule = Schedule switch
        {
            LinearEvaluationSchedule.StepDecay => $"×0.1 at {string.Join(", ", Milestones)}",
            LinearEvaluationSchedule.Constant => "constant",
            _ => Schedule == LinearEvaluationSchedule.CosinePerEpoch ? "cosine per epoch" : "cosine per step",
        };
        return FormattableString.Invariant($"{Optimizer}, lr {rate}, {schedule}, momentum {Momentum}, weight decay {WeightDecay}, batch {BatchSize}, {Epochs} epochs");
    }

    /// <summary>Throws when a setting is out of its range.</summary>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(SweptLearningRates);
        ArgumentNullException.ThrowIfNull(Milestones);
        Require(Enum.IsDefined(Optimizer), Optimizer, $"one of {string.Join(", ", Enum.GetNames<LinearEvaluationOptimizer>())}");
        Require(Enum.IsDefined(Schedule), Schedule, $"one of {string.Join(", ", Enum.GetNames<LinearEvaluationSchedule>())}");
        Require(Enum.IsDefined(CentralCropFilter), CentralCropFilter, $"one of {string.Join(", ", Enum.GetNames<ResizeFilter>())}");
        Require(Enum.IsDefined(Tokens), Tokens, $"one of {string.Join(", ", Enum.GetNames<VisionTransformerTokens>())}");
        Require(CropScale.Min > 0 && CropScale.Min <= CropScale.Max && CropScale.Max <= 1, CropScale, "0 < Min <= Max <= 1");
        Require(IsRate(LearningRate), LearningRate, "finite and greater than 0");
        Require(SweptLearningRates.All(IsRate), string.Join(", ", SweptLearningRates), "finite and greater than 0", nameof(SweptLearningRates));
        Require(Momentum is >= 0 and < 1, Momentum, "from 0 to below 1");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), WeightDecay, "finite and at least 0");
        Require(BatchSize >= 1, BatchSize, "at least 1");
        Require(Epochs >= 1, Epochs, "at least 1");
        Require(Milestones.Prepend(0).Zip(Milestones).All(m => m.First < m.Second), string.Join(", ", Milestones), "ascending, from above 0", nameof(Milestones));
        Require(InitialWeightDeviation >= 0 && double.IsFinite(InitialWeightDeviation), InitialWeightDeviation, "finite and at least 0");
    }

    private static bool IsRate(double value) => value > 0 && double.IsFinite(value);

    private void Require(bool holds, object value, string allowed, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(option, value, FormattableString.Invariant($"{option} of the linear evaluation protocol '{Name}' is {value}; it must be {allowed}."));
    }
}
