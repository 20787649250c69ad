using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class TSneTests
{
    private const int Dimension = 10, Classes = 4, Rows = 203;

    private static readonly float[] Separated = [.. Clusters.Gaussian(new Random(3), Rows * Dimension).Select((noise, i) => (float)(noise + (i % Dimension == i / Dimension % Classes ? 20 : 0)))];

    [Fact]
    public void Clusters_that_are_apart_stay_apart()
    {
        float[] points = TSne.Map(Separated, Dimension).Points;
        for (int row = 0; row < Rows; row++)
        {
            // All fifty rows of a cluster are nearer than any other.
            int[] nearest = [.. Enumerable.Range(0, Rows).Where(other => other != row).OrderBy(other => SquaredDistance(points, 2, row, other)).Take((Rows / Classes) - 1)];
            Assert.All(nearest, other => Assert.Equal(row % Classes, other % Classes));
        }

        Assert.Equal(0, points.Average(), 1e-4);
    }

    [Fact]
    public void The_map_becomes_more_faithful_and_is_that_of_the_definition()
    {
        TSneMap early = TSne.Map(Separated, Dimension, new TSneOptions { Iterations = 5 }), late = TSne.Map(Separated, Dimension);
        Assert.True(late.Divergence < 0.5 * early.Divergence, $"{early.Divergence} to {late.Divergence}");

        // Σ p log(p/q) from the published formulas, pair by pair.
        double[][] conditional = [.. Enumerable.Range(0, Rows).Select(row => Conditional(Separated, Dimension, row, late.Perplexity))];
        double weights = Pairs().Sum(pair => 1 / (1 + SquaredDistance(late.Points, 2, pair.I, pair.J)));
        double divergence = Pairs().Sum(pair =>
        {
            double p = (conditional[pair.I][pair.J] + conditional[pair.J][pair.I]) / (2 * Rows), q = 1 / (1 + SquaredDistance(late.Points, 2, pair.I, pair.J)) / weights;
            return p > 0 ? p * Math.Log(p / q) : 0;
        });
        Assert.Equal(divergence, late.Divergence, 1e-4);
    }

    [Fact]
    public void A_step_goes_along_the_gradient_of_the_divergence()
    {
        const int Few = 30;
        const double Rate = 1e-3, H = 1e-2;
        float[] joint = TSneProbabilities.Of(Separated[..(Few * Dimension)], Dimension, perplexity: 8, CancellationToken.None);
        double[] points = Clusters.Gaussian(new Random(5), 2 * Few);
        double Divergence(int i, double shift)
        {
            double[] moved = [.. points];
            moved[i] += shift;
            return new TSneDescent(joint, moved, Rate).Divergence();
        }

        double[] gradient = [.. Enumerable.Range(0, 2 * Few).Select(i => (Divergence(i, H) - Divergence(i, -H)) / (2 * H))];
        double[] stepped = [.. points];
        new TSneDescent(joint, stepped, Rate).Step(exaggeration: 1, momentum: 0);

        // At rest, gains begin at 1.2 where the gradient is positive and at 0.8 where it is not; a step ends centred.
        double[] expected = [.. gradient.Select((g, i) => points[i] - (Rate * (g > 0 ? 1.2 : 0.8) * g))];
        for (int i = 0; i < 2 * Few; i++)
        {
            double mean = expected.Where((_, k) => k % 2 == i % 2).Average();
            Assert.Equal(expected[i] - mean, stepped[i], Rate * 1e-3);
        }

        Assert.True(gradient.Max(Math.Abs) > 0.01);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(60)]
    public void The_perplexity_is_the_one_that_was_asked_for(double perplexity)
    {
        for (int row = 0; row < Rows; row += 20)
        {
            double[] probabilities = Conditional(Separated, Dimension, row, perplexity);
            Assert.Equal(1, probabilities.Sum(), 1e-12);
            Assert.Equal(0, probabilities[row]);
            Assert.Equal(perplexity, Math.Exp(-probabilities.Where(p => p > 0).Sum(p => p * Math.Log(p))), perplexity * 1e-5);

            // A Gaussian of one precision: the log ratio of two is proportional to the difference of their squared distances.
            int[] others = [.. Enumerable.Range(0, Rows).Where(other => probabilities[other] > 1e-200).OrderBy(other => SquaredDistance(Separated, Dimension, row, other))];
            double Slope(int a, int b) => Math.Log(probabilities[a] / probabilities[b]) / (SquaredDistance(Separated, Dimension, row, b) - SquaredDistance(Separated, Dimension, row, a));
            double precision = Slope(others[0], others[^1]);
            Assert.All(others[1..], other => Assert.Equal(precision, Slope(others[0], other), precision * 1e-6));
        }
    }

    [Fact]
    public void A_seed_is_a_map()
    {
        float[] Map(int seed) => TSne.Map(Separated, Dimension, new TSneOptions { Seed = seed, Iterations = 100 }).Points;
        float[] first = Map(1);
        Assert.Equal(first, Map(1));
        Assert.NotEqual(first, Map(2));
    }

    [Fact]
    public void Rows_that_coincide_are_mapped_near_one_another()
    {
        float[] features = [.. Enumerable.Repeat(1f, 40 * Dimension), .. Enumerable.Repeat(-1f, 40 * Dimension)];
        TSneMap map = TSne.Map(features, Dimension, new TSneOptions { Start = new float[160] });
        Assert.All(map.Points, value => Assert.True(float.IsFinite(value)));
        for (int row = 0; row < 80; row++)
            Assert.All(Enumerable.Range(0, 80).Where(other => other != row).OrderBy(other => SquaredDistance(map.Points, 2, row, other)).Take(20), other => Assert.Equal(row / 40, other / 40));
    }

    [Fact]
    public void What_cannot_be_mapped_is_refused()
    {
        Assert.Throws<ArgumentException>(() => TSne.Map(new float[30], Dimension));
        Assert.Throws<ArgumentException>(() => TSne.Map([.. Separated[..^1], float.NaN], Dimension));
        Assert.Throws<ArgumentException>(() => TSne.Map(new float[TSne.MaximumRows + 1], 1));
        Assert.Throws<ArgumentException>(() => TSne.Map(Separated, Dimension, new TSneOptions { Start = [1, 2] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Map(Separated, Dimension, new TSneOptions { Perplexity = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Map(Separated, Dimension, new TSneOptions { Perplexity = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Map(Separated, Dimension, new TSneOptions { Iterations = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Map(Separated, Dimension, new TSneOptions { EarlyExaggeration = 0.5 }));
        Assert.Throws<OperationCanceledException>(() => TSne.Map(Separated, Dimension, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static double[] Conditional(float[] features, int dimension, int row, double perplexity)
    {
        double[] probabilities = new double[features.Length / dimension];
        TSneProbabilities.Conditional([.. Enumerable.Range(0, probabilities.Length).Select(other => SquaredDistance(features, dimension, row, other))], row, perplexity, probabilities);
        return probabilities;
    }

    private static double SquaredDistance(float[] values, int dimension, int a, int b) =>
        Enumerable.Range(0, dimension).Sum(i => Math.Pow((double)values[(a * dimension) + i] - values[(b * dimension) + i], 2));

    private static IEnumerable<(int I, int J)> Pairs() => from i in Enumerable.Range(0, Rows) from j in Enumerable.Range(0, Rows) where i != j select (i, j);
}
