using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class TopKAccuracyTests
{
    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(2, 0.5)]
    [InlineData(3, 0.75)]
    [InlineData(9, 0.75)]
    public void The_true_class_must_be_among_the_k_highest(int k, double accuracy)
    {
        float[] scores = [3, 2, 1, 3, 2, 1, 3, 2, 1, 0, 0, float.NaN];

        // First, second, third, and a NaN, which is never right.
        Assert.Equal(accuracy, TopKAccuracy.Measure(scores, [0, 1, 2, 2], k));
    }

    [Fact]
    public void Equal_scores_do_not_make_everything_right() =>
        Assert.Equal(0.25, TopKAccuracy.Measure(new float[16], [0, 1, 2, 3]));

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => TopKAccuracy.Measure(new float[5], [0, 1]));
        Assert.Throws<ArgumentException>(() => TopKAccuracy.Measure(new float[4], [0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TopKAccuracy.Measure(new float[4], [0, 1], k: 0));
    }
}
