using Microsoft.ML.Contrastive.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// Adam with weight decay apart from the gradient: w ← w − η λ w before the Adam step (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", 2019). For vision transformers (MoCo v3, DINO).
/// </summary>
public sealed record AdamW : Optimizer
{
    /// <summary>DINO, main_dino.py: 0.0005 × batch / 256.</summary>
    internal const double DefaultLearningRate = 5e-4;

    /// <summary>DINO, main_dino.py, the start of its schedule.</summary>
    internal const double DefaultWeightDecay = 0.04;

    /// <summary>AdamW with the defaults.</summary>
    /// <remarks>Learning rate 0.0005 × batch / 256, weight decay 0.04 (DINO).</remarks>
    public AdamW()
    {
        LearningRate = DefaultLearningRate;
        WeightDecay = DefaultWeightDecay;
    }

    /// <summary>How slowly the mean of the gradients is forgotten.</summary>
    /// <value>In [0, 1). The default value is 0.9.</value>
    public double Beta1 { get; init; } = AdamMoments.DefaultBeta1;

    /// <summary>How slowly the mean of the squared gradients is forgotten.</summary>
    /// <value>In [0, 1). The default value is 0.999.</value>
    public double Beta2 { get; init; } = AdamMoments.DefaultBeta2;

    /// <summary>Added to the root of the mean square.</summary>
    /// <value>Above 0. The default value is 0.00000001.</value>
    public double Epsilon { get; init; } = AdamMoments.DefaultEpsilon;

    internal override void Validate()
    {
        base.Validate();
        Require.BelowOne(Beta1);
        Require.BelowOne(Beta2);
        Require.Positive(Epsilon);
    }

    internal override OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null) =>
        new AdamMoments(this, parameters, fixedLearningRate, Beta1, Beta2, Epsilon, decoupledDecay: true);
}
