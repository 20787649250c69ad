using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// Adam with weight decay apart from the gradient: w ← w − η λ w before the Adam step (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", 2019). For vision transformers (MoCo v3, DINO).
/// </summary>
public sealed record AdamW : AdaptiveMomentEstimation
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

    internal override OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null) =>
        new AdamMoments(this, parameters, fixedLearningRate, decoupledDecay: true);
}
