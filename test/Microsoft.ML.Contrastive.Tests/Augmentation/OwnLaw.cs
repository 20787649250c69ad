using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>What a user would write: a law given by two functions.</summary>
internal sealed record OwnLaw(Func<double, double, double> QuantileFunction, Func<double, double, double> DensityFunction) : JointLaw
{
    public override double Quantile(double probability, double bound) => QuantileFunction(probability, bound);

    public override double Density(double logRatio, double bound) => DensityFunction(logRatio, bound);
}
