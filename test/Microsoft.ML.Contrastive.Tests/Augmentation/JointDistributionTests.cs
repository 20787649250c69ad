using System.Globalization;
using MathNet.Numerics;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Pairs and stars of values: each pair with the first view has exactly the pair law, whatever the number of views.</summary>
public sealed class JointDistributionTests
{
    private const double Min = 0.2, Max = 1;
    private const int Rows = 100_000;

    public static TheoryData<double> Betas => [-1e6, -1e3, -5, -2, -0.5, -1e-12, 0, 1e-12, 1, 2, 5, 1e3, 1e6];

    [Theory]
    [MemberData(nameof(Betas))]
    public void Every_pair_with_the_first_view_of_a_star_has_the_pair_law(double beta)
    {
        var joint = new JointDistribution(Min, Max, new BetaLaw(beta));
        double[][] values = Sample(joint, views: 4, ViewPairing.Star);
        for (int k = 1; k < 4; k++)
            AssertPairLaw(joint, values[0], values[k]);
    }

    [Theory]
    [InlineData(0.2, 1, 5)]
    [InlineData(0.1, 0.7, 7)]
    [InlineData(0.3, 0.9, 3)]
    public void The_largest_fixed_ratio_takes_both_ends_of_the_range(double min, double max, double ratio)
    {
        var distribution = new JointDistribution(min, max, new FixedRatioLaw(ratio));
        double[] values = new double[4];
        foreach (double u in (double[])[0.01, 0.3, 0.5, 0.7, 0.99])
        {
            distribution.Sample([u, 1 - u, u, 1 - u], values);
            Assert.All(values, v => Assert.Equal(v < (min + max) / 2 ? min : max, v, 12));
            Assert.All(values[1..], v => Assert.Equal(ratio, Math.Max(v / values[0], values[0] / v), 9));
        }
    }

    [Fact]
    public void Released_law_holds_in_a_star_too()
    {
        var joint = new JointDistribution(Min, Max, new ReleasedLaw(ReleasedLaw.Offset2025May));
        double[][] values = Sample(joint, views: 3, ViewPairing.Star);
        AssertPairLaw(joint, values[0], values[1]);
        AssertPairLaw(joint, values[0], values[2]);
    }

    [Fact]
    public void Further_views_of_a_star_are_independent_given_the_first()
    {
        double[][] values = Sample(new JointDistribution(Min, Max, new BetaLaw(0)), views: 3, ViewPairing.Star);

        // Among rows whose first value is nearly the same, the second and third are uncorrelated.
        int[] rows = [.. Enumerable.Range(0, Rows).Where(i => values[0][i] is > 0.5 and < 0.51)];
        double correlation = MathNet.Numerics.Statistics.Correlation.Pearson(rows.Select(i => values[1][i]), rows.Select(i => values[2][i]));
        Assert.True(rows.Length > 500);
        Assert.True(Math.Abs(correlation) < 4 / Math.Sqrt(rows.Length), $"correlation {correlation}");
    }

    [Fact]
    public void Disjoint_pairs_have_the_pair_law_and_nothing_to_do_with_one_another()
    {
        var joint = new JointDistribution(Min, Max, new BetaLaw(-1));
        double[][] values = Sample(joint, views: 4, ViewPairing.DisjointPairs);
        AssertPairLaw(joint, values[0], values[1]);
        AssertPairLaw(joint, values[2], values[3]);
        Assert.True(Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(values[0], values[2])) < 4 / Math.Sqrt(Rows));
        Assert.Throws<ArgumentException>(() => joint.Sample(new double[3], new double[3], ViewPairing.DisjointPairs));
        Assert.Throws<ArgumentException>(() => joint.Sample(new double[1], new double[1]));
    }

    [Fact]
    public void Fixed_ratio_holds_in_every_pair_of_a_star_with_the_first()
    {
        double[][] values = Sample(new JointDistribution(Min, Max, new FixedRatioLaw(3)), views: 3, ViewPairing.Star);
        for (int k = 1; k < 3; k++)
        {
            double[] ratios = [.. values[0].Zip(values[k], (a, b) => b / a)];
            Assert.All(ratios, r => Assert.True(Math.Abs(r - 3) < 1e-12 || Math.Abs(r - (1.0 / 3)) < 1e-12));
            Assert.Equal(0.5, ratios.Count(r => r > 1) / (double)Rows, 0.01);
            Assert.All(values[k], v => Assert.InRange(v, Min, Max));
        }
    }

    [Fact]
    public void Marginal_is_that_of_the_pair_and_has_its_closed_form()
    {
        // The integral over u of f(u) · P(s_1 ≤ s | u) for β = 0.
        double scale = 0.5 / Math.Log(Max / Min), extent = Max - Min;
        double Cdf(double s) => scale * (
            ((((s - Min) * Math.Log(extent / Max)) + XLogX(s) - XLogX(Min) - XLogX(s - Min)) / Min)
            + ((((s - Min) * Math.Log(extent / Min)) + XLogX(s) - XLogX(Min) + XLogX(Max - s) - XLogX(extent)) / Max));

        var joint = new JointDistribution(Min, Max, new BetaLaw(0));
        double[][] values = Sample(joint, views: 3, ViewPairing.Star);
        double[] alone = new double[Rows];
        for (int row = 0; row < Rows; row++)
        {
            var random = new RandomSequence(new RowKey(5, 0, (ulong)row, 0), 0, 0);
            alone[row] = joint.Marginal(random.NextDouble(), random.NextDouble());
        }

        Assert.Equal(1, Cdf(Max), 1e-12);
        Kolmogorov.AssertFollows(values[0], Cdf);
        Kolmogorov.AssertFollows(values[1], Cdf);
        Kolmogorov.AssertFollows(values[2], Cdf);
        Kolmogorov.AssertFollows(alone, Cdf);
    }

    [Fact]
    public void Numerical_conditional_agrees_with_the_closed_form()
    {
        var closed = new JointDistribution(Min, Max, new BetaLaw(0));
        var numerical = new JointDistribution(Min, Max, new OwnLaw((p, b) => b * ((2 * p) - 1), (_, b) => 0.5 / b));
        foreach (double first in (double[])[Min, Min * (1 + 1e-9), 0.21, 0.4, 0.7, 0.99, Max * (1 - 1e-12), Max])
        {
            foreach (double p in (double[])[1e-9, 0.01, 0.2, 0.5, 0.77, 0.999, 1 - 1e-9])
                Assert.Equal(closed.Conditional(first, p), numerical.Conditional(first, p), 1e-12);
        }
    }

    [Theory]
    [InlineData(-50)]
    [InlineData(-2)]
    [InlineData(1e-6)]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(1e4)]
    public void Conditional_quantile_inverts_the_conditional_distribution(double beta)
    {
        var law = new BetaLaw(beta);
        var joint = new JointDistribution(Min, Max, law);
        double bound = joint.Bound, first = 0.3;
        double Weight(double u) => law.Density(u, bound) / (u >= 0 ? Math.Exp(bound - u) - 1 : Math.Exp(bound) - Math.Exp(-u));

        // Split where the density has its kinks and its peak, so that the reference quadrature is beyond doubt.
        double Mass(double from, double to)
        {
            double[] cuts = [from, .. Enumerable.Range(-400, 801).Select(i => Math.CopySign(bound * Math.Pow(Math.Abs(i) / 400.0, 4), i)).Where(u => u > from && u < to), to];
            return cuts.Zip(cuts.Skip(1), (a, b) => Integrate.GaussLegendre(Weight, a, b, 20)).Sum();
        }

        double low = Math.Log(Min / first), high = Math.Log(Max / first), whole = Mass(low, high);
        foreach (double p in (double[])[0.001, 0.3, 0.6, 0.99])
            Assert.Equal(p, Mass(low, Math.Log(joint.Conditional(first, p) / first)) / whole, 1e-10);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1.37e-15)]
    public void A_star_follows_a_narrow_law_on_a_wide_range(double min)
    {
        // In the middle of a range without visible ends, ln(value / first) is all but normal with the law's own deviation.
        var joint = new JointDistribution(min, 1, new BetaLaw(1000));
        double deviation = joint.Bound / 1000;
        foreach (double first in (double[])[0.11, 0.37, 0.5])
        {
            Assert.Equal(-0.6745 * deviation, Math.Log(joint.Conditional(first, 0.25) / first), 0.05 * deviation);
            Assert.Equal(0.6745 * deviation, Math.Log(joint.Conditional(first, 0.75) / first), 0.05 * deviation);
        }
    }

    [Theory]
    [InlineData(1e-16, 1)]
    [InlineData(1e-300, 1e300)]
    public void A_range_wider_than_the_digits_of_its_numbers_is_refused(double min, double max) =>
        Assert.Contains("1E+15", Assert.Throws<ArgumentOutOfRangeException>(() => new JointDistribution(min, max, new BetaLaw(0))).Message);

    /// <summary>Against the inverse by bisection in an arithmetic of 30 digits (eng/expected/joint_law.py), also where the first value has a density of 1e-36.</summary>
    [Fact]
    public void Conditional_quantile_keeps_its_digits_for_tiny_and_huge_beta()
    {
        int compared = 0;
        foreach (string[] row in ExpectedValues.Rows("joint-law.csv").Where(r => r[0] == "conditional"))
        {
            double[] v = [.. row.Skip(1).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            (double beta, double first, double probability, double expected) = (v[0], v[1], v[2], v[3]);
            double actual = Math.Log(new JointDistribution(Min, Max, new BetaLaw(beta)).Conditional(first, probability) / first);
            Assert.True(Math.Abs(actual - expected) <= 2e-10, $"β = {beta}, first {first}, p = {probability}: {actual} instead of {expected}");
            compared++;
        }

        Assert.Equal(72, compared);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 0.2)]
    [InlineData(double.NaN, 1)]
    [InlineData(0.2, double.PositiveInfinity)]
    public void A_range_that_is_no_range_is_refused(double min, double max) =>
        Assert.Contains("0 < min < max", Assert.Throws<ArgumentOutOfRangeException>(() => new JointDistribution(min, max, new BetaLaw())).Message, StringComparison.Ordinal);

    private static double XLogX(double x) => x <= 0 ? 0 : x * Math.Log(x);

    private static double[][] Sample(JointDistribution joint, int views, ViewPairing pairing)
    {
        double[][] values = [.. Enumerable.Range(0, views).Select(_ => new double[Rows])];
        double[] row = new double[views];
        for (int i = 0; i < Rows; i++)
        {
            for (int k = 0; k < views; k++)
                row[k] = new RandomSequence(new RowKey(4, 0, (ulong)i, 0), (ulong)k, 0).NextDouble();
            joint.Sample(row, row, pairing);
            for (int k = 0; k < views; k++)
                values[k][i] = row[k];
        }

        return values;
    }

    /// <summary>
    /// The pair law says: F(ln ratio) and the place of the first value in the interval that the ratio leaves are independent and uniform. Each is
    /// tested by itself, and both together by χ² on a 10×10 table.
    /// </summary>
    private static void AssertPairLaw(JointDistribution joint, double[] first, double[] second)
    {
        double[] grid = [.. Enumerable.Range(1, 8191).Select(i => joint.Law.Quantile(i / 8192.0, joint.Bound))];
        double Cdf(double u)
        {
            int index = Array.BinarySearch(grid, u);
            index = index < 0 ? ~index : index;
            double below = index == 0 ? joint.Law.Quantile(1e-17, joint.Bound) : grid[index - 1];
            double above = index == grid.Length ? joint.Law.Quantile(1, joint.Bound) : grid[index];
            return (index + Math.Clamp((u - below) / (above - below), 0, 1)) / 8192;
        }

        double[] ratio = new double[Rows], place = new double[Rows];
        double[] cells = new double[100];
        for (int i = 0; i < Rows; i++)
        {
            double r = second[i] / first[i];
            (double low, double high) = (Math.Max(joint.Min, joint.Min / r), Math.Min(joint.Max / r, joint.Max));
            ratio[i] = Cdf(Math.Log(r));
            place[i] = high > low ? Math.Clamp((first[i] - low) / (high - low), 0, 1) : 0.5;
            cells[(Math.Min(9, (int)(10 * ratio[i])) * 10) + Math.Min(9, (int)(10 * place[i]))]++;
        }

        Kolmogorov.AssertFollows(ratio, u => u);
        Kolmogorov.AssertFollows(place, u => u);
        double chiSquare = cells.Sum(n => (n - (Rows / 100.0)) * (n - (Rows / 100.0)) / (Rows / 100.0));
        Assert.True(chiSquare < 165, $"χ² = {chiSquare} for 99 degrees of freedom");
    }
}
