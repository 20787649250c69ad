using MathNet.Numerics;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Error function and normal quantile against MathNet's, and against one another.</summary>
public sealed class NormalDistributionTests
{
    public static TheoryData<double> Arguments => [0, 1e-300, 1e-8, 0.1, 0.4687, 0.469, 0.9, 1.5, 3.99, 4.01, 6, 10, 20, 26];

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Erf_and_erfc_are_precise_to_the_last_digits(double x)
    {
        Assert.Equal(1, Ratio(NormalDistribution.Erf(x), SpecialFunctions.Erf(x)), 2e-15);
        Assert.Equal(1, Ratio(NormalDistribution.Erfc(x), SpecialFunctions.Erfc(x)), 2e-14);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.424)]
    [InlineData(0.426)]
    [InlineData(0.49)]
    public void Quantile_inverts_in_the_centre(double centre) =>
        Assert.Equal(1, 0.5 * NormalDistribution.Erf(NormalDistribution.Quantile(centre, 0.5 - centre) / Math.Sqrt(2)) / centre, 1e-14);

    [Theory]
    [InlineData(0.07)]
    [InlineData(1e-3)]
    [InlineData(1e-9)]
    [InlineData(1e-17)]
    [InlineData(1e-100)]
    [InlineData(1e-250)]
    public void Quantile_inverts_in_the_tail(double tail)
    {
        // The tail magnifies a relative error of z by z².
        double z = NormalDistribution.Quantile(0.5 - tail, tail);
        Assert.Equal(1, 0.5 * NormalDistribution.Erfc(z / Math.Sqrt(2)) / tail, 1e-15 * (10 + (z * z)));
    }

    private static double Ratio(double got, double expected) => got.Equals(expected) ? 1 : got / expected;
}
