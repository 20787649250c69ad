using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class NearestNeighbourClassifierTests
{
    [Theory]
    [InlineData(1, 0.07)]
    [InlineData(7, 0.07)]
    [InlineData(7, 1.0)]
    [InlineData(1000, 0.2)]
    public void Votes_are_those_of_the_definition(int neighbours, double temperature)
    {
        var (bank, labels) = Clusters.Draw(rows: 60, dimension: 5, classes: 4, seed: 1);
        var (queries, _) = Clusters.Draw(rows: 20, dimension: 5, classes: 4, seed: 2);

        var votes = new NearestNeighbourClassifier(bank, labels, neighbours, temperature).Classify(queries);

        for (var query = 0; query < 20; query++)
        {
            var expected = VotesByDefinition(bank, labels, queries.AsSpan(5 * query, 5).ToArray(), neighbours, temperature, skip: -1);
            for (var label = 0; label < 4; label++)
                Assert.Equal(expected[label], votes.Votes[(4 * query) + label], 1e-4 * expected.Max());
            Assert.Equal(Array.IndexOf(expected, expected.Max()), votes.PredictedLabels()[query]);
        }
    }

    [Fact]
    public void Leaving_one_out_lets_no_row_vote_on_itself()
    {
        var (bank, labels) = Clusters.Draw(rows: 40, dimension: 3, classes: 3, seed: 3);

        var votes = new NearestNeighbourClassifier(bank, labels, neighbours: 5).ClassifyLeavingOneOut();

        for (var row = 0; row < 40; row++)
        {
            var expected = VotesByDefinition(bank, labels, bank.AsSpan(3 * row, 3).ToArray(), 5, 0.07, skip: row);
            for (var label = 0; label < 3; label++)
                Assert.Equal(expected[label], votes.Votes[(3 * row) + label], 1e-4 * expected.Max());
        }
    }

    [Fact]
    public void Blocks_of_queries_do_not_change_the_votes()
    {
        // 5000 rows in the bank make blocks of 3355 queries: the last query lies in the second block.
        var (bank, labels) = Clusters.Draw(rows: 5000, dimension: 2, classes: 3, seed: 4);
        var classifier = new NearestNeighbourClassifier(bank, labels, neighbours: 20);

        var all = classifier.ClassifyLeavingOneOut();
        var expected = VotesByDefinition(bank, labels, bank[^2..], 20, 0.07, skip: 4999);

        for (var label = 0; label < 3; label++)
            Assert.Equal(expected[label], all.Votes[^(3 - label)], 1e-4 * expected.Max());
    }

    [Fact]
    public void Length_of_a_row_does_not_matter()
    {
        var (bank, labels) = Clusters.Draw(rows: 30, dimension: 4, classes: 3, seed: 5);
        var stretched = bank.Select((value, i) => value * (1 + (i / 4))).ToArray();

        var votes = new NearestNeighbourClassifier(bank, labels, 5).ClassifyLeavingOneOut().Votes;
        var stretchedVotes = new NearestNeighbourClassifier(stretched, labels, 5).ClassifyLeavingOneOut().Votes;

        Assert.All(votes.Zip(stretchedVotes), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * votes.Max()));
    }

    [Fact]
    public void A_class_without_a_vote_is_never_named()
    {
        var classifier = new NearestNeighbourClassifier([1, 0, 0, 1, -1, 0], [0, 1, 2], neighbours: 1);

        var votes = classifier.Classify([1, 0.1f]);

        Assert.Equal(1, votes.Accuracy([0], top: 3));
        Assert.Equal(0, votes.Accuracy([1], top: 3));
        Assert.Equal(0, votes.Accuracy([7], top: 3));
    }

    [Fact]
    public void Neighbours_are_no_more_than_the_bank_has() =>
        Assert.Equal(3, new NearestNeighbourClassifier([1, 2, 3], [0, 1, 0]).Neighbours);

    [Fact]
    public void What_does_not_fit_is_refused_with_its_place()
    {
        Assert.Throws<ArgumentException>(() => new NearestNeighbourClassifier([1, 2, 3], [0, 1]));
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => new NearestNeighbourClassifier([1, 2], [0, -1])).Message, StringComparison.Ordinal);
        Assert.Matches("Feature 1 of row 0 .* lower learning rate", Assert.Throws<ArgumentException>(() => new NearestNeighbourClassifier([1, float.NaN, 2, 3], [0, 1])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NearestNeighbourClassifier([1, 2], [0, 1], neighbours: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NearestNeighbourClassifier([1, 2], [0, 1], temperature: 0));
        Assert.Throws<ArgumentException>(() => new NearestNeighbourClassifier([1, 2, 3, 4], [0, 1]).Classify([1, 2, 3]));
        Assert.Throws<InvalidOperationException>(() => new NearestNeighbourClassifier([1, 2], [0]).ClassifyLeavingOneOut());
    }

    private static double[] VotesByDefinition(float[] bank, int[] labels, float[] query, int neighbours, double temperature, int skip)
    {
        var d = query.Length;
        var votes = new double[labels.Max() + 1];
        var similar = Enumerable.Range(0, labels.Length).Where(row => row != skip)
            .Select(row => (Row: row, Cosine: Cosine(bank.AsSpan(row * d, d), query)))
            .OrderByDescending(neighbour => neighbour.Cosine)
            .Take(neighbours);
        foreach (var (row, cosine) in similar)
            votes[labels[row]] += Math.Exp(cosine / temperature);
        return votes;
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (dot, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
            (dot, aa, bb) = (dot + ((double)a[i] * b[i]), aa + ((double)a[i] * a[i]), bb + ((double)b[i] * b[i]));
        return dot / Math.Sqrt(aa * bb);
    }
}
