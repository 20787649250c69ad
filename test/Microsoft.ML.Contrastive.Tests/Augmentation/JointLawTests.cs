using System.Globalization;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Laws of the log ratio: quantile function against density, closed forms and one another.</summary>
public sealed class JointLawTests
{
    private static readonly double Bound = Math.Log(5);

    public static TheoryData<double> Betas => [-50, -2, -1, -1e-6, 0, 1e-300, 1e-6, 0.5, 1, 2, 50];

    [Theory]
    [MemberData(nameof(Betas))]
    public void Beta_law_follows_its_closed_form(double beta)
    {
        var law = new BetaLaw(beta);
        double[] samples = [.. Enumerable.Range(0, 20_000).Select(i => law.Quantile((i + 0.5) / 20_000, Bound))];

        // Evenly spaced probabilities: what is left of the Kolmogorov distance is half a step.
        Assert.True(Kolmogorov.Distance(samples, u => ClosedFormCdf(u, beta)) < (0.5 / 20_000) + 1e-9);
    }

    [Theory]
    [MemberData(nameof(Betas))]
    public void Density_is_the_derivative_of_the_distribution_function(double beta)
    {
        var law = new BetaLaw(beta);
        foreach (double p in (double[])[0.003, 0.1, 0.27, 0.4, 0.62, 0.75, 0.9, 0.9999])
        {
            double step = 1e-5 * Math.Min(p, 1 - p);
            double slope = 2 * step / (law.Quantile(p + step, Bound) - law.Quantile(p - step, Bound));
            Assert.Equal(1, law.Density(law.Quantile(p, Bound), Bound) / slope, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Betas))]
    [InlineData(-1e6)]
    [InlineData(1e6)]
    public void Quantile_is_monotone_symmetric_and_bounded_to_the_very_ends(double beta)
    {
        var law = new BetaLaw(beta);
        double previous = -Bound;
        foreach (double p in (double[])[1e-17, 1e-12, 1e-6, 0.01, 0.25, 0.5 - 1e-9, 0.5, 0.5 + 1e-9, 0.75, 0.99, 1 - 1e-6, 1 - 1e-12])
        {
            double u = law.Quantile(p, Bound);
            Assert.InRange(u, previous, Bound);
            previous = u;
        }

        Assert.Equal(-law.Quantile(0.25, Bound), law.Quantile(0.75, Bound), 1e-14);
    }

    [Fact]
    public void Small_beta_of_either_sign_passes_into_the_uniform_law()
    {
        foreach (double p in (double[])[0.01, 0.3, 0.5001, 0.8, 0.999])
        {
            Assert.Equal(new BetaLaw(0).Quantile(p, Bound), new BetaLaw(1e-9).Quantile(p, Bound), 1e-12);
            Assert.Equal(new BetaLaw(0).Quantile(p, Bound), new BetaLaw(-1e-9).Quantile(p, Bound), 1e-12);
            Assert.Equal(new BetaLaw(0).Density(0.3, Bound), new BetaLaw(1e-9).Density(0.3, Bound), 1e-12);
        }
    }

    [Fact]
    public void Ratio_of_independent_areas_is_beyond_two_to_one_in_28_percent_and_jointly_in_57()
    {
        double Beyond(JointLaw law) => Integrate.GaussLegendre(u => law.Density(u, Bound), Math.Log(2), Bound, 64) * 2;

        Assert.Equal(0.281, Beyond(new IndependentLaw()), 0.0005);
        Assert.Equal(0.569, Beyond(new BetaLaw(0)), 0.0005);
    }

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(0.08, 1)]
    [InlineData(0.999, 1)]
    public void Independent_law_is_the_ratio_of_two_uniform_numbers(double min, double max)
    {
        double bound = Math.Log(max / min), step = 1.0 / 4096;
        var law = new IndependentLaw();
        double[] quantiles = [.. Enumerable.Range(0, 4096).Select(i => law.Quantile((i + 0.5) * step, bound))];
        double Cdf(double u)
        {
            double x = Math.Exp(-Math.Abs(u));
            double below = ((max * max * x) + (min * min / x) - (2 * min * max)) / (2 * (max - min) * (max - min));
            return u < 0 ? below : 1 - below;
        }

        Assert.True(Kolmogorov.Distance(quantiles, Cdf) < (0.5 * step) + 1e-8);
        Assert.Equal(1, Integrate.GaussLegendre(u => law.Density(u, bound), -bound, 0, 64) * 2, 1e-9);
    }

    [Fact]
    public void Fixed_ratio_takes_two_values_by_a_coin()
    {
        var law = new FixedRatioLaw(2);
        Assert.Equal((-Math.Log(2), Math.Log(2)), (law.Quantile(0.49, Bound), law.Quantile(0.51, Bound)));
        Assert.Equal("Ratio", Assert.Throws<ArgumentOutOfRangeException>(() => law.Validate(Math.Log(1.99))).ParamName);
        law.Validate(Math.Log(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedRatioLaw(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedRatioLaw(double.PositiveInfinity));
    }

    [Fact]
    public void Released_law_stops_short_of_the_bound()
    {
        Assert.Equal(Math.Log(5 - 0.1), new ReleasedLaw(ReleasedLaw.Offset2025May).Quantile(1, Bound), 1e-15);
        Assert.Equal(0, new ReleasedLaw(0.1).Density(Math.Log(4.95), Bound));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReleasedLaw(4).Validate(Bound));
    }

    [Fact]
    public void Beta_must_be_finite()
    {
        Assert.Equal("Beta", Assert.Throws<ArgumentOutOfRangeException>(() => new BetaLaw(double.NaN)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BetaLaw() with { Beta = double.PositiveInfinity });
    }

    [Fact]
    public void A_law_of_the_users_own_is_checked()
    {
        _ = new JointDistribution(0.2, 1, new OwnLaw((p, b) => b * ((2 * p) - 1), (_, b) => 0.5 / b));

        var falling = Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((p, b) => b * (1 - (2 * p)), (_, b) => 0.5 / b)));
        Assert.Contains("falls", falling.Message, StringComparison.Ordinal);
        var outside = Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((p, b) => 3 * b * (p - 0.5), (_, b) => 0.5 / b)));
        Assert.Contains("outside", outside.Message, StringComparison.Ordinal);
        var mass = Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((p, b) => b * ((2 * p) - 1), (_, b) => 1 / b)));
        Assert.Contains("integrates to 2", mass.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((_, _) => double.NaN, (_, b) => 0.5 / b)));
        var another = Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((p, b) => b * ((2 * p) - 1), (u, b) => Math.Abs(u) / (b * b))));
        Assert.Contains("not that of its quantiles", another.Message, StringComparison.Ordinal);
        Assert.StartsWith("Law is OwnLaw", another.Message, StringComparison.Ordinal);
        var tail = Assert.Throws<ArgumentException>(() => new JointDistribution(0.2, 1, new OwnLaw((p, b) => p < 1e-9 ? -2 * b : b * ((2 * p) - 1), (_, b) => 0.5 / b)));
        Assert.Contains("outside", tail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e3)]
    [InlineData(-1e3)]
    public void A_narrow_law_of_the_users_own_is_no_worse_for_it(double beta)
    {
        var law = new BetaLaw(beta);
        var joint = new JointDistribution(0.2, 1, new OwnLaw(law.Quantile, law.Density));
        Assert.Equal(new JointDistribution(0.2, 1, law).Conditional(0.99, 0.3), joint.Conditional(0.99, 0.3), 1e-12);
    }

    /// <summary>Against 20 digits from an arithmetic of 60 (eng/expected/joint_law.py): β from 1e-12 to 1e6 of either sign.</summary>
    [Fact]
    public void Beta_law_keeps_its_digits_for_tiny_and_huge_beta()
    {
        int compared = 0;
        foreach (string[] row in ExpectedValues.Rows("joint-law.csv").Where(r => r[0] == "quantile"))
        {
            double[] values = [.. row.Where(v => v.Length > 0).Skip(1).Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
            (double beta, double probability, double expected) = (values[0], values[1], values[2]);
            double actual = new BetaLaw(beta).Quantile(probability, Bound);

            // Where the law is broad, a log ratio near 0 is known to the last place of the bound; where it is narrow, to its own.
            double slope = 1 / new BetaLaw(beta).Density(expected, Bound);
            double allowed = (2e-14 * Math.Abs(expected)) + (6e-16 * Math.Min(slope, 1));
            Assert.True(Math.Abs(actual - expected) <= allowed, $"β = {beta}, p = {probability}: {actual} instead of {expected}");
            compared++;
        }

        Assert.Equal(162, compared);
    }

    private static double ClosedFormCdf(double u, double beta)
    {
        double size = Math.Abs(u) / Bound, strength = Math.Abs(beta);
        double inside = strength < 1e-5 ? size
            : beta > 0 ? (Normal.CDF(0, 1, strength * size) - 0.5) / (Normal.CDF(0, 1, strength) - 0.5)
            : 1 - ((Normal.CDF(0, 1, strength * (1 - size)) - 0.5) / (Normal.CDF(0, 1, strength) - 0.5));
        return 0.5 + (0.5 * Math.Sign(u) * inside);
    }
}
