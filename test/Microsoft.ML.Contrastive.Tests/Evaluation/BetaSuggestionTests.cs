using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class BetaSuggestionTests
{
    [Fact]
    public void Between_two_points_the_curve_is_straight()
    {
        BetaSuggestion suggestion = Suggest(0.45, (-1, 0.2), (0, 0.4), (2, 0.6));
        Assert.Equal(0.5, suggestion.Beta!.Value, 12);
        // Slope 0.1 a unit of β; every point has the standard error 0.02.
        Assert.Equal(0.2, suggestion.StandardError!.Value, 9);
        Assert.Equal((0.2, 0.6), (suggestion.Reachable.Lowest, suggestion.Reachable.Highest), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-12);
        Assert.Contains("β = 0.50 ± 0.20", suggestion.ToString());
    }

    [Theory]
    [InlineData(0.2, -1)]
    [InlineData(0.4, 0)]
    [InlineData(0.6, 2)]
    public void A_point_of_the_curve_is_itself(double target, double beta) =>
        Assert.Equal(beta, Suggest(target, (-1, 0.2), (0, 0.4), (2, 0.6)).Beta!.Value, 12);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    public void Beyond_the_curve_there_is_no_suggestion(double target)
    {
        BetaSuggestion suggestion = Suggest(target, (-1, 0.2), (0, 0.4), (2, 0.6));
        Assert.Null(suggestion.Beta);
        Assert.Null(suggestion.StandardError);
        Assert.Contains("outside of what was measured, 0.2000 to 0.6000", suggestion.ToString());
    }

    [Fact]
    public void Where_noise_makes_it_fall_the_nearest_rising_curve_counts()
    {
        // 0.5 and 0.3 are pooled to 0.4 at β = 0 and 1.
        (double, double)[] points = [(-1, 0.2), (0, 0.5), (1, 0.3), (2, 0.6)];
        Assert.Equal(-0.5, Suggest(0.3, points).Beta!.Value, 12);
        Assert.Equal(1.5, Suggest(0.5, points).Beta!.Value, 12);
        Assert.Equal(0, Suggest(0.4, points).Beta!.Value, 12);
    }

    [Fact]
    public void A_flat_curve_says_nothing_about_beta()
    {
        BetaSuggestion suggestion = Suggest(0.4, (-1, 0.4), (1, 0.4));
        Assert.Equal(double.PositiveInfinity, suggestion.StandardError);
    }

    private static BetaSuggestion Suggest(double target, params (double Beta, double Cosine)[] points) =>
        BetaSuggestion.From(new DifficultyCurve("β", [.. points.Select(p => new DifficultyPoint(p.Beta, Measured(p.Cosine)))]), target);

    private static StatisticalDifficulty Measured(double mean) => new(
        ViewPlan.Create(1, ["View1", "View2"]),
        [new PairDifficulty(0, 0, default, default, mean - 0.02), new PairDifficulty(1, 0, default, default, mean + 0.02)]);
}
