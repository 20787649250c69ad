using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>Adam (Kingma and Ba, 2015), with weight decay added to the gradient.</summary>
public sealed record Adam : AdaptiveMomentEstimation
{
    /// <summary>Kingma and Ba, algorithm 1.</summary>
    internal const double DefaultLearningRate = 1e-3;

    /// <summary>Adam with the defaults.</summary>
    /// <remarks>Learning rate 0.001 whatever the batch, no weight decay.</remarks>
    public Adam()
    {
        LearningRate = DefaultLearningRate;
        LearningRateScaling = LearningRateScaling.None;
    }

    internal override OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null) =>
        new AdamMoments(this, parameters, fixedLearningRate, decoupledDecay: false);
}
