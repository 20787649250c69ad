using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>Adam (Kingma and Ba, 2015), with weight decay added to the gradient.</summary>
public sealed record Adam : Optimizer
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
        new AdamMoments(this, parameters, fixedLearningRate, Beta1, Beta2, Epsilon, decoupledDecay: false);
}
