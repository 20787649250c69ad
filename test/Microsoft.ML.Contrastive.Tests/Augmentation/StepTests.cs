using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Flip, colour, grey, blur and solarize: probabilities, ranges, and what joint and independent steps share.</summary>
public sealed class StepTests
{
    private const int Rows = 20_000;

    private static readonly ImageSize Image = new(96, 96);
    private static readonly IndependentCrop Crop = new() { OutputSize = Plans.Output };

    [Fact]
    public void Defaults_are_those_of_the_field()
    {
        ViewRecipe[] views = [.. Plans.Of(2, Crop, new HorizontalFlip(), new ColorJitter(), new RandomGrayscale(), new GaussianBlur(), new Solarize())
            .Draw(Image, Rows).SelectMany(r => r)];

        double Share(Func<ViewRecipe, bool> applies) => views.Count(applies) / (double)views.Length;
        Assert.Equal(0.5, Share(v => v.Flip), 0.012);
        Assert.Equal(0.8, Share(v => v.HasColor), 0.012);
        Assert.Equal(0.2, Share(v => v.Grayscale), 0.012);
        Assert.Equal(0.5, Share(v => v.BlurSigma > 0), 0.012);
        Assert.Equal(0.2, Share(v => v.Solarize), 0.012);
        Assert.All(views, v => Assert.Equal((128, BlurOperator.PilRadius), (v.SolarizeThreshold, v.BlurOperator)));
        Kolmogorov.AssertFollows([.. views.Where(v => v.BlurSigma > 0).Select(v => (double)v.BlurSigma)], s => Math.Clamp((s - 0.1) / 1.9, 0, 1));
    }

    [Fact]
    public void Colour_factors_are_uniform_on_torchvisions_ranges_in_all_orders()
    {
        ViewRecipe[] views = [.. Plans.Of(1, Crop, new ColorJitter { Brightness = 0.4, Contrast = 1.5, Saturation = 0.3, Hue = 0.2, Probability = 1 })
            .Draw(Image, Rows).Select(r => r[0])];

        Kolmogorov.AssertFollows([.. views.Select(v => (double)v.Brightness)], x => Math.Clamp((x - 0.6) / 0.8, 0, 1));
        Kolmogorov.AssertFollows([.. views.Select(v => (double)v.Contrast)], x => Math.Clamp(x / 2.5, 0, 1));
        Kolmogorov.AssertFollows([.. views.Select(v => (double)v.Saturation)], x => Math.Clamp((x - 0.7) / 0.6, 0, 1));
        Kolmogorov.AssertFollows([.. views.Select(v => (double)v.Hue)], x => Math.Clamp((x + 0.2) / 0.4, 0, 1));
        int[] orders = [.. Enumerable.Range(0, 24).Select(o => views.Count(v => v.ColorOrder == o))];
        Assert.Equal(Rows, orders.Sum());
        Assert.All(orders, n => Assert.InRange(n, (Rows / 24) - 150, (Rows / 24) + 150));
    }

    [Fact]
    public void Strength_zero_leaves_a_property_alone()
    {
        ViewRecipe view = Plans.Of(1, Crop, new ColorJitter { Brightness = 0, Contrast = 0, Saturation = 0, Hue = 0, Probability = 1 }).Draw(Image, 1)[0][0];
        Assert.Equal((1f, 1f, 1f, 0f), (view.Brightness, view.Contrast, view.Saturation, view.Hue));
    }

    [Fact]
    public void Joint_colour_relates_the_factors_it_is_told_to_and_shares_the_rest_with_colour_jitter()
    {
        var joint = new JointColor { Brightness = 0.8, Contrast = 0.8, Factors = JointFactors.Contrast };
        ViewRecipe[][] rows = Plans.Of(2, Crop, joint).Draw(Image, Rows);
        ViewRecipe[][] baseline = Plans.Of(2, Crop, new ColorJitter { Brightness = 0.8, Contrast = 0.8 }).Draw(Image, Rows);

        Assert.Equal(
            baseline.SelectMany(r => r).Select(v => v with { Contrast = 0 }),
            rows.SelectMany(r => r).Select(v => v with { Contrast = 0 }));
        double[] logRatio = [.. rows.Where(r => r[0].HasColor && r[1].HasColor).Select(r => Math.Log(r[1].Contrast / (double)r[0].Contrast))];
        Kolmogorov.AssertFollows(logRatio, u => Math.Clamp(0.5 + (0.5 * u / Math.Log(9)), 0, 1));
    }

    [Fact]
    public void Joint_colour_on_both_factors_draws_independent_ratios()
    {
        ViewRecipe[][] rows = Plans.Of(2, Crop, new JointColor { Factors = JointFactors.Both, Probability = 1 }).Draw(Image, Rows);
        double[] brightness = [.. rows.Select(r => Math.Log(r[1].Brightness / r[0].Brightness))], contrast = [.. rows.Select(r => Math.Log(r[1].Contrast / r[0].Contrast))];

        double bound = Math.Log(1.4 / 0.6);
        Kolmogorov.AssertFollows(brightness, u => Math.Clamp(0.5 + (0.5 * u / bound), 0, 1));
        Kolmogorov.AssertFollows(contrast, u => Math.Clamp(0.5 + (0.5 * u / bound), 0, 1));
        Assert.True(Math.Abs(MathNet.Numerics.Statistics.Correlation.Pearson(brightness, contrast)) < 4 / Math.Sqrt(Rows));
    }

    [Fact]
    public void Joint_blur_shares_its_coins_with_the_baseline_and_relates_sigma_where_both_views_are_blurred()
    {
        ViewRecipe[][] joint = Plans.Of(2, Crop, new JointBlur()).Draw(Image, Rows), baseline = Plans.Of(2, Crop, new GaussianBlur()).Draw(Image, Rows);

        Assert.Equal(baseline.SelectMany(r => r).Select(v => v.BlurSigma > 0), joint.SelectMany(r => r).Select(v => v.BlurSigma > 0));
        double[] logRatio = [.. joint.Where(r => r[0].BlurSigma > 0 && r[1].BlurSigma > 0).Select(r => Math.Log(r[1].BlurSigma / (double)r[0].BlurSigma))];
        Kolmogorov.AssertFollows(logRatio, u => Math.Clamp(0.5 + (0.5 * u / Math.Log(20)), 0, 1));
    }

    public static TheoryData<int, double> Stars => new() { { 3, 0 }, { 4, 0 }, { 3, 2 }, { 4, -2 } };

    [Theory]
    [MemberData(nameof(Stars))]
    public void Every_view_of_a_star_of_crops_blurs_or_colours_has_the_pair_law_with_the_first(int views, double beta)
    {
        var law = new BetaLaw(beta);
        ViewRecipe[][] rows = Plans.Of(
            views, new JointCrop { OutputSize = Plans.Output, Beta = beta },
            new JointColor { Beta = beta, Factors = JointFactors.Both, Brightness = 0.5, Contrast = 0.8, Probability = 1 },
            new JointBlur { Beta = beta, Probability = 1 }).Draw(Image, Rows);
        foreach ((Func<ViewRecipe, float> value, double bound) in ((Func<ViewRecipe, float>, double)[])
            [(v => v.Scale, Math.Log(5)), (v => v.BlurSigma, Math.Log(20)), (v => v.Brightness, Math.Log(3)), (v => v.Contrast, Math.Log(9))])
        {
            double[] quantiles = [.. Enumerable.Range(0, 4097).Select(i => law.Quantile(Math.Clamp(i / 4096.0, 1e-17, 1 - 1e-16), bound))];
            for (int k = 1; k < views; k++)
            {
                Kolmogorov.AssertFollows([.. rows.Select(r => Math.Log((double)value(r[k]) / value(r[0])))], u =>
                {
                    int index = Math.Clamp(~Array.BinarySearch(quantiles, u + 1e-15), 1, 4096);
                    return (index - 1 + Math.Clamp((u - quantiles[index - 1]) / (quantiles[index] - quantiles[index - 1]), 0, 1)) / 4096;
                });
            }
        }
    }

    [Fact]
    public void Blur_coin_of_the_pair_blurs_both_views_or_none()
    {
        ViewRecipe[][] star = Plans.Of(3, Crop, new JointBlur { Coin = BlurCoin.PerPair }).Draw(Image, 2_000);
        Assert.All(star, r => Assert.True(r.All(v => v.BlurSigma > 0) || r.All(v => v.BlurSigma == 0)));
        Assert.Equal(0.5, star.Average(r => r[0].BlurSigma > 0 ? 1.0 : 0), 0.04);

        ViewRecipe[][] pairs = Plans.Of(4, Crop, new JointBlur { Coin = BlurCoin.PerPair, Pairing = ViewPairing.DisjointPairs }).Draw(Image, 2_000);
        Assert.All(pairs, r => Assert.True((r[0].BlurSigma > 0) == (r[1].BlurSigma > 0) && (r[2].BlurSigma > 0) == (r[3].BlurSigma > 0)));
        Assert.Contains(pairs, r => (r[0].BlurSigma > 0) != (r[2].BlurSigma > 0));
    }

    [Fact]
    public void Blur_probabilities_may_differ_between_views()
    {
        ViewRecipe[][] rows = Plans.Of(2, Crop, new JointBlur { Probability = [1.0, 0.1] }).Draw(Image, Rows);
        Assert.Equal(1, rows.Average(r => r[0].BlurSigma > 0 ? 1.0 : 0));
        Assert.Equal(0.1, rows.Average(r => r[1].BlurSigma > 0 ? 1.0 : 0), 0.01);
        Assert.Equal(new JointBlur { Probability = [1, 0.1] }, new JointBlur { Probability = [1, 0.1] });
        Assert.Contains("Probability = [1, 0.1]", new JointBlur { Probability = [1, 0.1] }.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 values for 2 views", Assert.Throws<ArgumentException>(() =>
            Plans.Of(2, Crop, new JointBlur { Probability = [1, 1, 1] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Either_applies_joint_crop_or_joint_blur_and_never_both()
    {
        var alternatives = Plans.Of(
            2,
            new EitherCrop
            {
                OutputSize = Plans.Output,
                Heads = new JointCrop { OutputSize = Plans.Output, Law = new FixedRatioLaw(3) },
                Tails = new RandomResizedCrop { OutputSize = Plans.Output },
            },
            new EitherBlur { Heads = new GaussianBlur { Probability = 1 }, Tails = new JointBlur { Law = new FixedRatioLaw(7), Probability = 1 } });
        ViewRecipe[][] rows = alternatives.Draw(Image, 4_000);

        // A fixed ratio gives the joint step away.
        bool Related(double first, double second, double ratio) => Math.Abs(Math.Abs(Math.Log(first / second)) - Math.Log(ratio)) < 1e-5;
        bool[] crop = [.. rows.Select(r => Related(r[0].Scale, r[1].Scale, 3))], blur = [.. rows.Select(r => Related(r[0].BlurSigma, r[1].BlurSigma, 7))];
        Assert.All(crop.Zip(blur), pair => Assert.True(pair.First != pair.Second));
        Assert.Equal(0.5, crop.Count(c => c) / 4_000.0, 0.03);
        Assert.Equal(Plans.Output, alternatives.OutputSize(1));
    }

    [Fact]
    public void Either_refuses_alternatives_that_do_not_fit()
    {
        var small = new RandomResizedCrop { OutputSize = new(32, 32) };
        Assert.Contains("all three must be equal", Assert.Throws<ArgumentException>(() =>
            Plans.Of(2, new EitherCrop { OutputSize = Plans.Output, Heads = Crop, Tails = small })).Message, StringComparison.Ordinal);
        Assert.Contains("same coin", Assert.Throws<ArgumentException>(() => Plans.Of(
            2,
            new EitherCrop { OutputSize = Plans.Output, Heads = Crop, Tails = new EitherCrop { OutputSize = Plans.Output, Heads = Crop, Tails = Crop } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        Refused("Probability", "0 to 1", () => new HorizontalFlip { Probability = 1.1 });
        Refused("Probability", "NaN", () => new RandomGrayscale { Probability = double.NaN });
        Refused("Probability", "0 to 1", () => new Solarize { Probability = -0.1 });
        Refused("Brightness", "at least 0", () => new ColorJitter { Brightness = -0.4 });
        Refused("Contrast", "at least 0", () => new ColorJitter { Contrast = double.PositiveInfinity });
        Refused("Hue", "0 to 0.5", () => new ColorJitter { Hue = 0.6 });
        Refused("SigmaRange", "0 < Min <= Max", () => new GaussianBlur { SigmaRange = (0, 2) });
        Refused("Operator", "PilRadius", () => new GaussianBlur { Operator = (BlurOperator)7 });
        Refused("Probability", "0 to 1", () => new JointBlur { Probability = [0.5, 2] });
        Refused("Factors", "Brightness, Contrast, Both", () => new JointColor { Factors = 0 });
        Refused("Brightness", "below 1", () => Plans.Of(2, Crop, new JointColor { Brightness = 1 }));
        Refused("Contrast", "above 0", () => Plans.Of(2, Crop, new JointColor { Contrast = 0, Factors = JointFactors.Both }));
        Refused("SigmaRange", "Min < Max", () => Plans.Of(2, Crop, new JointBlur { SigmaRange = (1, 1) }));
    }

    private static void Refused(string name, string says, Func<object> create)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => create());
        Assert.Equal(name, error.ParamName);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
