using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

public sealed class PairStatisticsTests
{
    private static readonly ImageSize Square = new(224, 224);

    [Theory]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Joint_areas_follow_the_law_of_beta(double beta) => Follows(new JointCrop { OutputSize = Plans.Output, Beta = beta }, PairQuantity.LogAreaRatio, new BetaLaw(beta));

    [Theory]
    [InlineData(1e5, 0)]
    [InlineData(-1e5, 1)]
    public void The_closed_form_holds_for_laws_that_are_narrower_than_a_bin(double beta, double beyondTwo)
    {
        PairHistogram histogram = Follows(new JointCrop { OutputSize = Plans.Output, Beta = beta }, PairQuantity.LogAreaRatio, new BetaLaw(beta));
        Assert.Equal(beyondTwo, histogram.TheoreticalShareBeyondTwo!.Value, 9);
    }

    [Fact]
    public void Independent_areas_follow_the_closed_form()
    {
        PairHistogram histogram = Follows(new IndependentCrop { OutputSize = Plans.Output }, PairQuantity.LogAreaRatio, new IndependentLaw());

        // x f(x) with f of the paper's appendix H, areas of 0.2-1, at the middle of each bin.
        for (int i = 0; i < histogram.Density.Count; i++)
        {
            double x = Math.Exp(-Math.Abs((histogram.Edges[i] + histogram.Edges[i + 1]) / 2));
            Assert.Equal(x * ((x * x) - 0.04) / (2 * x * x * 0.64), histogram.Theory![i], 2e-3);
        }

        Assert.Equal(0.281, histogram.TheoreticalShareBeyondTwo!.Value, 5e-4);
        Assert.Equal(0.281, histogram.ShareBeyondTwo!.Value, 5e-3);
    }

    [Fact]
    public void Sigmas_and_colour_factors_follow_theirs()
    {
        Follows(new JointBlur { Beta = -1 }, PairQuantity.LogSigmaRatio, new BetaLaw(-1));
        Follows(new GaussianBlur(), PairQuantity.LogSigmaRatio, new IndependentLaw());
        var color = new JointColor { Beta = 1, Contrast = 0.3, Saturation = 0.8 };
        Follows(color, PairQuantity.LogBrightnessRatio, new BetaLaw(1));
        Follows(color, PairQuantity.LogContrastRatio, new IndependentLaw());
        Follows(color, PairQuantity.LogSaturationRatio, new IndependentLaw());
        Follows(new ColorJitter(), PairQuantity.LogBrightnessRatio, new IndependentLaw());
    }

    [Fact]
    public void Blur_is_compared_where_both_views_have_it()
    {
        PairStatistics statistics = Sample(new JointBlur { Probability = 0.5 });
        Assert.InRange(statistics.Values(PairQuantity.LogSigmaRatio).Length, 4700, 5300);
        Assert.Equal(20000, statistics.Values(PairQuantity.LogAreaRatio).Length);
    }

    [Fact]
    public void Where_there_is_no_closed_form_none_is_shown()
    {
        PairStatistics released = PairStatistics.Sample(Plans.Of(2, JointCrop.Released2025May(Plans.Output)), Square, 100);
        Assert.Null(released.Histogram(PairQuantity.LogAreaRatio).Theory);
        PairStatistics tries = PairStatistics.Sample(Plans.Of(2, new RandomResizedCrop { OutputSize = Plans.Output }), Square, 100);
        Assert.Null(tries.Histogram(PairQuantity.LogAreaRatio).Theory);
        Assert.Null(tries.Histogram(PairQuantity.Overlap).Theory);
        ViewPlan star = Plans.Of(3, new JointCrop { OutputSize = Plans.Output });
        Assert.NotNull(PairStatistics.Sample(star, Square, 100, 0, 2).Histogram(PairQuantity.LogAreaRatio).Theory);
        Assert.Null(PairStatistics.Sample(star, Square, 100, 1, 2).Histogram(PairQuantity.LogAreaRatio).Theory);
        ViewPlan disjoint = Plans.Of(4, new JointCrop { OutputSize = Plans.Output, Pairing = ViewPairing.DisjointPairs });
        Assert.NotNull(PairStatistics.Sample(disjoint, Square, 100, 2, 3).Histogram(PairQuantity.LogAreaRatio).Theory);
        Assert.Null(PairStatistics.Sample(disjoint, Square, 100, 0, 2).Histogram(PairQuantity.LogAreaRatio).Theory);
    }

    [Fact]
    public void A_fixed_ratio_is_two_bars()
    {
        PairHistogram histogram = PairStatistics.Sample(Plans.Of(2, new JointCrop { OutputSize = Plans.Output, Law = new FixedRatioLaw(3) }), Square, 1000).Histogram(PairQuantity.LogAreaRatio);
        Assert.Equal(2, histogram.Density.Count(d => d > 0));
        Assert.Equal(1, histogram.ShareBeyondTwo);
    }

    [Theory]
    [InlineData(0.08)]
    [InlineData(0.2)]
    public void Centres_are_as_far_apart_as_those_of_torchvisions_crops(double minScale)
    {
        // A simulation of its own: 42.8 and 35.9 pixels on an image of 224.
        var random = new Random(1);
        double Along(double size) => random.Next(224 - (int)size + 1) + (size / 2);
        (double X, double Y) Centre()
        {
            while (true)
            {
                double area = (minScale + (random.NextDouble() * (1 - minScale))) * 224 * 224, ratio = Math.Exp((random.NextDouble() - 0.5) * 2 * Math.Log(4.0 / 3));
                (double width, double height) = (Math.Round(Math.Sqrt(area * ratio)), Math.Round(Math.Sqrt(area / ratio)));
                if (width <= 224 && height <= 224)
                    return (Along(width), Along(height));
            }
        }

        double expected = Enumerable.Range(0, 50_000).Select(_ => (First: Centre(), Second: Centre())).Average(p => double.Hypot(p.First.X - p.Second.X, p.First.Y - p.Second.Y));
        PairStatistics crops = PairStatistics.Sample(Plans.Of(2, new RandomResizedCrop { OutputSize = Plans.Output, Scale = (minScale, 1) }), Square, 50_000);
        Assert.Equal(expected, crops.Histogram(PairQuantity.CentreDistance).Mean, 0.5);
    }

    [Fact]
    public void Distance_and_overlap_are_those_of_the_boxes()
    {
        // Box [0, 4] × [0, 4] and box [2, 6] × [0, 8]: 8 of 40 in common, centres (2, 2) and (4, 4).
        PairStatistics boxes = PairStatistics.Sample(ViewPlan.Create(1, ["a", "b"]).Append(new TwoBoxes { OutputSize = Plans.Output }), new ImageSize(8, 8), 2);
        Assert.All(boxes.Values(PairQuantity.Overlap), v => Assert.Equal(8.0 / 40, v, 12));
        Assert.All(boxes.Values(PairQuantity.CentreDistance), v => Assert.Equal(Math.Sqrt(8), v, 12));
        Assert.All(boxes.Values(PairQuantity.LogAreaRatio), v => Assert.Equal(Math.Log(2), v, 12));
    }

    [Fact]
    public void Bad_input_is_named()
    {
        ViewPlan plan = Plans.Of(2, new RandomResizedCrop { OutputSize = Plans.Output });
        Says("pairs is 1", () => PairStatistics.Sample(plan, Square, 1));
        Says("second is 2", () => PairStatistics.Sample(plan, Square, 10, 0, 2));
        Says("second is 0", () => PairStatistics.Sample(plan, Square, 10, 0, 0));
        Says("image is 0x3", () => PairStatistics.Sample(plan, new ImageSize(0, 3), 10));
        Says("epoch is -1", () => PairStatistics.Sample(plan, Square, 10, epoch: -1));
        Says("bins is 7", () => PairStatistics.Sample(plan, Square, 10).Histogram(PairQuantity.Overlap, 7));
        Says("0 of 10 pairs have a LogSigmaRatio", () => PairStatistics.Sample(plan, Square, 10).Histogram(PairQuantity.LogSigmaRatio));
        Says("no crop for the view 'View1'", () => PairStatistics.Sample(ViewPlan.Create(1, ["View1", "View2"]), Square, 10));
    }

    private static void Says(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<Exception>(act).Message);

    private static PairStatistics Sample(AugmentationStep step) =>
        PairStatistics.Sample(step is CropStep ? Plans.Of(2, step) : Plans.Of(2, new IndependentCrop { OutputSize = Plans.Output }, step), Square, 20_000);

    private static PairHistogram Follows(AugmentationStep step, PairQuantity quantity, JointLaw law)
    {
        PairHistogram histogram = Sample(step).Histogram(quantity);
        Assert.Equal(law, histogram.Law);
        Assert.True(histogram.KolmogorovDistance < 1.9 / Math.Sqrt(histogram.Count), histogram.ToString());
        double width = histogram.Edges[1] - histogram.Edges[0];
        Assert.Equal(1, histogram.Density.Sum() * width, 9);
        IReadOnlyList<double> theory = histogram.Theory ?? [];
        Assert.Equal(1, theory.Sum() * width, 2e-3);
        Assert.Equal(histogram.TheoreticalShareBeyondTwo!.Value, histogram.ShareBeyondTwo!.Value, 0.03);
        for (int i = 0; i < histogram.Density.Count; i++)
            Assert.Equal(theory[i], histogram.Density[i], 5 * Math.Sqrt((theory[i] + 0.01) / width / histogram.Count));
        return histogram;
    }

    private sealed record TwoBoxes : CropStep
    {
        public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
        {
            views[0] = new ViewRecipe { CropWidth = 4, CropHeight = 4, Scale = 0.25f, OutputWidth = 96, OutputHeight = 96 };
            views[1] = new ViewRecipe { CropX = 2, CropWidth = 4, CropHeight = 8, Scale = 0.5f, OutputWidth = 96, OutputHeight = 96 };
        }
    }
}
