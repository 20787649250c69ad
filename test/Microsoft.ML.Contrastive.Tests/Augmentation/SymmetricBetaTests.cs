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

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.6)]
    [InlineData(5)]
    [InlineData(200)]
    public void Numbers_between_the_nodes_of_the_table_are_as_exact_as_on_them(double alpha)
    {
        var beta = new SymmetricBeta(alpha);
        double previous = 0;
        for (int i = 1; i < 4000; i++)
        {
            // From 2^-54 to ½, evenly in the logarithm.
            double p = Math.Pow(2, -1 - (53 * (1 - (i / 4000.0)))), x = beta.Quantile(p);
            Assert.True(x >= previous, $"The quantile falls at {p}.");
            previous = x;

            // As far as the other implementation's digits reach; below its smallest number there is nothing to compare.
            if (x > 1e-290)
                Assert.Equal(1, Beta.CDF(alpha, alpha, x) / p, 2e-11);
        }
    }
}
