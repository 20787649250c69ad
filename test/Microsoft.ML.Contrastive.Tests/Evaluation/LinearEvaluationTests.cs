using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class LinearEvaluationTests
{
    private static readonly LinearEvaluationProtocol Short = new() { Name = "short", LearningRate = 0.1, BatchSize = 16, Epochs = 20 };

    [Theory]
    [InlineData(LinearEvaluationOptimizer.Sgd)]
    [InlineData(LinearEvaluationOptimizer.NesterovSgd)]
    [InlineData(LinearEvaluationOptimizer.Lars)]
    public void Every_optimiser_learns_to_classify_rows_it_has_not_seen(LinearEvaluationOptimizer optimizer)
    {
        var (features, labels) = Clusters.Draw(rows: 200, dimension: 8, classes: 4, seed: 1);
        var (testFeatures, testLabels) = Clusters.Draw(rows: 200, dimension: 8, classes: 4, seed: 2);
        var rate = optimizer == LinearEvaluationOptimizer.Lars ? 20 : 0.1; // Its steps are a thousandth of the weights' length.

        var result = LinearEvaluation.Train(features, labels, Short with { Optimizer = optimizer, LearningRate = rate }, seed: 1);

        Assert.InRange(result.Classifier.Accuracy(testFeatures, testLabels), 0.85, 1);
        Assert.True(result.LossPerEpoch[^1] < result.LossPerEpoch[0]);
    }

    [Fact]
    public void A_step_of_Nesterov_is_the_gradient_plus_the_momentum_to_come()
    {
        // One row, two classes, zero weights: the gradient of class 0's intercept is 0.5 - 1, and the first step is lr (g + 0.9 g).
        var result = LinearEvaluation.Train(
            [0], [0], Short with { Optimizer = LinearEvaluationOptimizer.NesterovSgd, Epochs = 1, InitialWeightDeviation = 0 }, seed: 1, classCount: 2);

        Assert.Equal(0.1 * 1.9 * 0.5, result.Classifier.Intercepts[0], 1e-6);
    }

    [Fact]
    public void A_step_of_LARS_is_a_thousandth_of_the_weights_length_whatever_the_gradient()
    {
        var lars = Short with { Optimizer = LinearEvaluationOptimizer.Lars, LearningRate = 1, Epochs = 1 };
        var before = LinearEvaluation.Train([1, 2], [0], lars with { LearningRate = 1e-9 }, seed: 7, classCount: 2).Classifier.Weights;

        var small = LinearEvaluation.Train([1, 2], [0], lars, seed: 7, classCount: 2).Classifier.Weights;
        var large = LinearEvaluation.Train([100, 200], [0], lars, seed: 7, classCount: 2).Classifier.Weights;

        var length = 1e-3 * Math.Sqrt(before.Sum(w => w * w));
        Assert.Equal(length, Math.Sqrt(before.Zip(small).Sum(pair => Math.Pow(pair.First - pair.Second, 2))), 1e-2 * length);
        Assert.Equal(length, Math.Sqrt(before.Zip(large).Sum(pair => Math.Pow(pair.First - pair.Second, 2))), 1e-2 * length);
    }

    [Fact]
    public void The_same_seed_gives_the_same_classifier_and_another_seed_another()
    {
        var (features, labels) = Clusters.Draw(rows: 50, dimension: 3, classes: 3, seed: 1);

        var first = LinearEvaluation.Train(features, labels, Short, seed: 1).Classifier.Weights;

        Assert.Equal(first, LinearEvaluation.Train(features, labels, Short, seed: 1).Classifier.Weights);
        Assert.NotEqual(first, LinearEvaluation.Train(features, labels, Short, seed: 2).Classifier.Weights);
    }

    [Fact]
    public void Every_epoch_trains_on_its_own_features()
    {
        var asked = new List<int>();
        var (features, labels) = Clusters.Draw(rows: 50, dimension: 3, classes: 3, seed: 1);

        var result = LinearEvaluation.Train(
            epoch =>
            {
                asked.Add(epoch);
                return epoch == 0 ? features : Array.ConvertAll(features, x => -x);
            },
            labels, Short with { Epochs = 30 }, seed: 1);

        // All epochs but the first saw the features turned around.
        Assert.Equal(Enumerable.Range(0, 30), asked);
        Assert.InRange(result.Classifier.Accuracy(Array.ConvertAll(features, x => -x), labels), 0.8, 1);
    }

    [Fact]
    public void Learning_rates_follow_the_published_schedules()
    {
        var (small, v3, simclr) = (LinearEvaluationProtocol.Small, LinearEvaluationProtocol.MoCoV3, LinearEvaluationProtocol.SimClr);

        Assert.Equal([10, 10, 1, 0.1], new[] { 0, 599, 600, 999 }.Select(step => Math.Round(small.LearningRateAt(step, 10), 9)));
        Assert.Equal(0.4, v3.LearningRateAt(9, 10), 1e-12);
        Assert.Equal(0.2, v3.LearningRateAt(450, 10), 1e-12);
        Assert.Equal(1.6, simclr.LearningRateAt(0, 10), 1e-12);
        Assert.Equal(1.6 * 0.5 * (1 + Math.Cos(Math.PI * 9 / 900)), simclr.LearningRateAt(9, 10), 1e-12);
    }

    [Fact]
    public void Protocols_are_found_by_name()
    {
        Assert.All(LinearEvaluationProtocol.All, protocol => Assert.Same(protocol, LinearEvaluationProtocol.ByName(protocol.Name.ToUpperInvariant())));
        Assert.All(["moco-v1", "MoCo-v2"], name => Assert.Same(LinearEvaluationProtocol.MoCo, LinearEvaluationProtocol.ByName(name)));
        Assert.Contains("moco-v3", Assert.Throws<ArgumentException>(() => LinearEvaluationProtocol.ByName("mocov3")).Message, StringComparison.Ordinal);
        Assert.Contains("option OnlineProbe", Assert.Throws<ArgumentException>(() => LinearEvaluationProtocol.ByName("online")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_does_not_suit_the_features_is_named_instead_of_a_classifier_of_NaN()
    {
        var (features, labels) = Clusters.Draw(rows: 50, dimension: 3, classes: 3, seed: 1);

        var refusal = Assert.Throws<InvalidOperationException>(
            () => LinearEvaluation.Train(Array.ConvertAll(features, x => 1e20f * x), labels, LinearEvaluationProtocol.MoCo, seed: 1));

        Assert.Contains("learning rate 30", refusal.Message, StringComparison.Ordinal);
        foreach (var (said, protocol) in new[]
        {
            ("Momentum of the linear evaluation protocol 'short' is 1", Short with { Momentum = 1 }),
            ("SweptLearningRates of the linear evaluation protocol 'short' is 0.1, NaN", Short with { SweptLearningRates = [0.1, double.NaN] }),
            ("Milestones of the linear evaluation protocol 'short' is 3, 2", Short with { Milestones = [3, 2] }),
            ("CropScale of the linear evaluation protocol 'short' is (0.5, 2)", Short with { CropScale = (0.5, 2) }),
        })
        {
            Assert.Contains(said, Assert.Throws<ArgumentOutOfRangeException>(() => LinearEvaluation.Train(features, labels, protocol, seed: 1)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<OperationCanceledException>(() => LinearEvaluation.Train(features, labels, Short, seed: 1, cancellation: new CancellationToken(canceled: true)));
    }
}
