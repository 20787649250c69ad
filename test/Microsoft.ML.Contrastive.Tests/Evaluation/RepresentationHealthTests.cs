using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class RepresentationHealthTests
{
    [Theory]
    [InlineData(50, 8)]
    [InlineData(8, 50)]
    public void Figures_are_those_of_the_definitions(int rows, int dimension)
    {
        var features = Clusters.Draw(rows, dimension, classes: 3, seed: 1).Features;
        var raw = Matrix<double>.Build.Dense(rows, dimension, (i, j) => features[(i * dimension) + j]);
        var normalised = raw.NormalizeRows(2);
        var centred = Matrix<double>.Build.DenseOfRowVectors(raw.EnumerateRows().Select(row => row - (raw.ColumnSums() / rows)));

        var health = RepresentationHealth.Measure(features, dimension);

        Assert.Equal(Rank(raw.Svd(computeVectors: false).S), health.EffectiveRank, 1e-6);
        Assert.Equal(Rank(raw.Svd(computeVectors: false).S, 1e-7), health.RankMe, 1e-6);
        Assert.Equal(Rank(normalised.Svd(computeVectors: false).S, 1e-7), health.NormalisedRankMe, 1e-6);
        Assert.Equal(Rank(centred.Svd(computeVectors: false).S), health.CentredEffectiveRank, 1e-5);
        Assert.Equal(Rank(centred.Svd(computeVectors: false).S.PointwisePower(2)), health.CovarianceEffectiveRank, 1e-5);

        var pairs = (from i in Enumerable.Range(0, rows) from j in Enumerable.Range(0, rows) where i != j select (normalised.Row(i), normalised.Row(j))).ToList();
        Assert.Equal(Math.Log(pairs.Average(pair => Math.Exp(-2 * Math.Pow((pair.Item1 - pair.Item2).L2Norm(), 2)))), health.Uniformity, 1e-9);
        Assert.Equal(pairs.Average(pair => pair.Item1 * pair.Item2), health.MeanCosine, 1e-9);
        for (var j = 0; j < dimension; j++)
        {
            var column = normalised.Column(j);
            Assert.Equal(Math.Sqrt(column.Average(x => x * x) - Math.Pow(column.Average(), 2)), health.StandardDeviationPerDimension[j], 1e-9);
        }
    }

    [Fact]
    public void Collapsed_features_are_told_from_spread_ones()
    {
        const int Dimension = 16;
        var spread = Clusters.Gaussian(new Random(1), 400 * Dimension).Select(x => (float)x).ToArray();
        var collapsed = Enumerable.Range(0, 400 * Dimension).Select(i => (float)(1 + (i % Dimension))).ToArray();

        var (healthy, ill) = (RepresentationHealth.Measure(spread, Dimension), RepresentationHealth.Measure(collapsed, Dimension));

        Assert.InRange(healthy.RelativeStandardDeviation, 0.97, 1.03);
        Assert.InRange(healthy.RankMe, 15.5, 16.01);
        Assert.Equal(0, ill.RelativeStandardDeviation, 1e-6);
        Assert.Equal(1, ill.RankMe, 1e-3);
        Assert.Equal(0, ill.Uniformity, 1e-6);
        Assert.Equal(1, ill.MeanCosine, 1e-6);
    }

    [Fact]
    public void Dimensional_collapse_shows_in_the_ranks_and_not_in_the_spread()
    {
        // Two directions of sixteen.
        var plane = Clusters.Gaussian(new Random(2), 800);
        var features = Enumerable.Range(0, 400 * 16).Select(i => (float)plane[(2 * (i / 16)) + (i % 2)]).ToArray();

        var health = RepresentationHealth.Measure(features, 16);

        Assert.InRange(health.RelativeStandardDeviation, 0.9, 1.1);
        Assert.InRange(health.RankMe, 1.9, 2.01);
    }

    [Fact]
    public void Zero_features_have_no_rank()
    {
        var health = RepresentationHealth.Measure(new float[12], 3);

        Assert.Equal(0, health.RankMe);
        Assert.Equal(0, health.StandardDeviation);
    }

    [Fact]
    public void A_diverged_row_is_named()
    {
        var refusal = Assert.Throws<ArgumentException>(() => RepresentationHealth.Measure([1, 2, 3, float.PositiveInfinity], 2));

        Assert.Contains("Feature 1 of row 1", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RepresentationHealth.Measure([1, 2], 2));
    }

    [Fact]
    public void Pairs_agree_as_far_as_their_angle_says()
    {
        // At a right angle and of different length; identical.
        var pairs = PositivePairAgreement.Measure([1, 0, 3, 4], [0, 7, 3, 4], 2);

        Assert.Equal(0.5, pairs.MeanCosine, 1e-6);
        Assert.Equal(1, pairs.Alignment, 1e-6);
        Assert.Equal(Math.Sqrt(2) / 2, pairs.MeanDistance, 1e-6);
        Assert.Throws<ArgumentException>(() => PositivePairAgreement.Measure([1, 2], [1, 2, 3, 4], 2));
    }

    private static double Rank(Vector<double> values, double epsilon = 0)
    {
        var p = (values / values.Sum()).Add(epsilon);
        return Math.Exp(-p.Sum(x => x > 0 ? x * Math.Log(x) : 0));
    }
}
