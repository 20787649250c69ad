using MathNet.Numerics.Distributions;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

public sealed class SymmetricBetaTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.6)]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(40)]
    public void Quantile_inverts_the_incomplete_beta_function(double alpha)
    {
        var beta = new SymmetricBeta(alpha);
        foreach (double p in (double[])[1e-6, 0.01, 0.2, 0.4999, 0.5, 0.7])
            Assert.Equal(1, Beta.CDF(alpha, alpha, beta.Quantile(p)) / p, 1e-9);
        Assert.Equal(1 - beta.Quantile(0.2), beta.Quantile(0.8), 1e-15);
    }
}
