using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class MultinomialLogisticRegressionTests
{
    [Theory]
    [InlineData(10.0)]
    [InlineData(1e-3)]
    public void The_objective_has_no_slope_at_the_fit_in_any_direction(double l2)
    {
        var (features, labels) = Clusters.Draw(rows: 60, dimension: 4, classes: 3, seed: 1);

        var fit = MultinomialLogisticRegression.Fit(features, labels, l2);

        Assert.True(fit.Converged);
        Assert.Equal(Objective(fit.Classifier, features, labels, l2), fit.Objective, 1e-9);
        var (weights, intercepts) = (fit.Classifier.Weights, fit.Classifier.Intercepts);
        for (var i = 0; i < weights.Length + intercepts.Length; i++)
        {
            var slope = (Objective(Moved(i, 1e-5), features, labels, l2) - Objective(Moved(i, -1e-5), features, labels, l2)) / 2e-5;
            Assert.Equal(0, slope, 1e-5);
        }

        LinearClassifier Moved(int index, double by) => new(
            [.. weights.Select((w, i) => i == index ? w + by : w)], [.. intercepts.Select((b, i) => i + weights.Length == index ? b + by : b)]);
    }

    [Fact]
    public void Class_frequencies_alone_give_their_logarithms_as_intercepts()
    {
        // Features that say nothing: the optimum is W = 0 and probabilities equal to the frequencies 1/2, 1/4, 1/4.
        int[] labels = [0, 0, 1, 2];

        var fit = MultinomialLogisticRegression.Fit(new float[4], labels);

        Assert.Equal([0, 0, 0], fit.Classifier.Weights);
        var probabilities = fit.Classifier.Probabilities([0]);
        Assert.Equal(0.5, probabilities[0], 1e-6);
        Assert.Equal(0.25, probabilities[1], 1e-6);
        Assert.Equal(0, fit.Classifier.Intercepts.Sum(), 1e-12);
    }

    [Fact]
    public void A_search_that_is_cut_short_says_so()
    {
        var (features, labels) = Clusters.Draw(rows: 60, dimension: 4, classes: 3, seed: 1);

        Assert.False(MultinomialLogisticRegression.Fit(features, labels, maximumIterations: 2).Converged);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MultinomialLogisticRegression.Fit([1, 2], [0, 1], l2: 0));
        Assert.Throws<ArgumentException>(() => MultinomialLogisticRegression.Fit([1, 2], [0, 3], classCount: 2));
        Assert.Throws<ArgumentException>(() => MultinomialLogisticRegression.Fit([1, float.NaN], [0, 1]));
    }

    private static double Objective(LinearClassifier classifier, float[] features, int[] labels, double l2)
    {
        var (d, sum) = (classifier.Dimension, 0.5 * l2 * classifier.Weights.Sum(w => w * w));
        for (var row = 0; row < labels.Length; row++)
        {
            var scores = classifier.Intercepts
                .Select((b, c) => b + Enumerable.Range(0, d).Sum(i => classifier.Weights[(c * d) + i] * features[(row * d) + i]))
                .ToArray();
            sum += Math.Log(scores.Sum(Math.Exp)) - scores[labels[row]];
        }

        return sum;
    }
}
