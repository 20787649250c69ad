using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// Each weight moves by the mean of its gradients over the root of their mean square, both over the steps so far (Kingma and Ba, 2015): what <see cref="Adam"/> and
/// <see cref="AdamW"/> have in common. They differ in the place of weight decay and in their defaults.
/// </summary>
public abstract record AdaptiveMomentEstimation : Optimizer
{
    /// <summary>Kingma and Ba, algorithm 1; as in torch.</summary>
    internal const double DefaultBeta1 = 0.9;

    /// <inheritdoc cref="DefaultBeta1"/>
    internal const double DefaultBeta2 = 0.999;

    /// <inheritdoc cref="DefaultBeta1"/>
    internal const double DefaultEpsilon = 1e-8;

    private protected AdaptiveMomentEstimation()
    {
    }

    /// <summary>How slowly the mean of the gradients is forgotten.</summary>
    /// <value>In [0, 1). The default value is 0.9.</value>
    public double Beta1 { get; init; } = DefaultBeta1;

    /// <summary>How slowly the mean of the squared gradients is forgotten.</summary>
    /// <value>In [0, 1). The default value is 0.999.</value>
    public double Beta2 { get; init; } = DefaultBeta2;

    /// <summary>Added to the root of the mean square.</summary>
    /// <value>Above 0. The default value is 0.00000001.</value>
    public double Epsilon { get; init; } = DefaultEpsilon;

    internal override void Validate()
    {
        base.Validate();
        Require.BelowOne(Beta1);
        Require.BelowOne(Beta2);
        Require.Positive(Epsilon);
    }
}
