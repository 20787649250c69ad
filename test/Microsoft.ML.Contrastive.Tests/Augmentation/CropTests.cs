using MathNet.Numerics.Statistics;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>The four arms: what each one's areas follow, that boxes lie inside, and that nothing but the areas differs between arms.</summary>
public sealed class CropTests
{
    private const int Rows = 40_000;

    private static readonly RandomCrop[] Arms =
    [
        new JointCrop { OutputSize = Plans.Output },
        new MarginalOnlyCrop { OutputSize = Plans.Output },
        new IndependentCrop { OutputSize = Plans.Output },
        new RandomResizedCrop { OutputSize = Plans.Output },
    ];

    public static TheoryData<int, int> Images => new() { { 96, 96 }, { 300, 100 }, { 100, 300 }, { 1, 1 }, { 2, 1000 }, { 8, 8 } };

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_box_lies_inside_the_image_and_has_a_pixel(int width, int height)
    {
        var image = new ImageSize(width, height);
        RandomCrop[] crops =
        [
            .. Arms,
            new JointCrop { OutputSize = Plans.Output, Boxes = CropBoxes.Fractional },
            new JointCrop { OutputSize = Plans.Output, Boxes = CropBoxes.Released },
            new JointCrop { OutputSize = Plans.Output, PositionAlpha = 0.1 },
            new ContrastiveCrop { OutputSize = Plans.Output, Alpha = 0.1, Region = new(0.9, 0, 1, 0.1) },
        ];
        foreach (RandomCrop crop in crops)
        {
            foreach (ViewRecipe view in Plans.Of(2, crop).Draw(image, 2_000).SelectMany(r => r))
            {
                Assert.True(view.CropX >= 0 && view.CropY >= 0, view.ToString());
                Assert.True((double)view.CropX + view.CropWidth <= width && (double)view.CropY + view.CropHeight <= height, view.ToString());
                if (crop is AreaCrop { Boxes: CropBoxes.Fractional })
                {
                    Assert.Equal(view.Scale, (double)view.CropWidth * view.CropHeight / image.Area, 1e-6);
                    continue;
                }

                Assert.True(view.CropWidth >= 1 && view.CropHeight >= 1, view.ToString());
                Assert.Equal(MathF.Round(view.CropX), view.CropX);
                Assert.Equal(MathF.Round(view.CropWidth), view.CropWidth);
            }
        }
    }

    [Theory]
    [InlineData(224, 224)]
    [InlineData(600, 200)]
    public void Areas_follow_their_law_exactly_on_images_of_any_shape(int width, int height)
    {
        // A million pairs: the Kolmogorov bound is 0.0022.
        ViewPlan plan = Plans.Of(2, new JointCrop { OutputSize = Plans.Output });
        double[] logRatio = new double[1_000_000];
        Span<ViewRecipe> views = new ViewRecipe[2];
        for (int row = 0; row < logRatio.Length; row++)
        {
            plan.Sample(plan.KeyOf(0, (ulong)row), new ImageSize(width, height), views);
            logRatio[row] = Math.Log((double)views[1].Scale / views[0].Scale);
        }

        Kolmogorov.AssertFollows(logRatio, u => Math.Clamp(0.5 + (0.5 * u / Math.Log(5)), 0, 1));
    }

    /// <summary>
    /// The law of rounded boxes, worked out from the real-valued one by quadrature over ratio, place and both aspect ratios, on squares of few pixels, where it is far from the real one.
    /// </summary>
    [Theory]
    [InlineData(8, 0.034)]
    [InlineData(32, 0.007)]
    public void Rounded_boxes_follow_the_discretised_law(int side, double documented)
    {
        const int Grid = 120;
        var areas = new JointDistribution(0.2, 1, new BetaLaw(0));
        var mass = new SortedDictionary<double, double>();
        for (int i = 0; i < Grid; i++)
        {
            for (int j = 0; j < Grid; j++)
            {
                (double first, double second) = areas.Pair((i + 0.5) / Grid, (j + 0.5) / Grid);
                Dictionary<int, double> ofSecond = RoundedAreas(side, second);
                foreach ((int a, double p) in RoundedAreas(side, first))
                {
                    foreach ((int b, double q) in ofSecond)
                    {
                        double ratio = Math.Round(Math.Log((double)b / a), 12);
                        mass[ratio] = mass.GetValueOrDefault(ratio) + (p * q / Grid / Grid);
                    }
                }
            }
        }

        double[] drawn = [.. Plans.Of(2, Arms[0]).Draw(new ImageSize(side, side), 200_000)
            .Select(r => Math.Round(Math.Log((double)r[1].CropWidth * r[1].CropHeight / ((double)r[0].CropWidth * r[0].CropHeight)), 12)).Order()];
        double below = 0, distance = 0, fromReal = 0;
        int counted = 0;
        foreach ((double ratio, double probability) in mass)
        {
            double real = Math.Clamp(0.5 + (0.5 * ratio / Math.Log(5)), 0, 1);
            fromReal = Math.Max(fromReal, Math.Abs(below - real));
            below += probability;
            fromReal = Math.Max(fromReal, Math.Abs(below - real));
            while (counted < drawn.Length && drawn[counted] <= ratio)
                counted++;
            distance = Math.Max(distance, Math.Abs(below - ((double)counted / drawn.Length)));
        }

        Assert.Equal(drawn.Length, counted);
        Assert.True(distance < 0.007, $"{distance} from the discretised law");
        Assert.Equal(documented, fromReal, 0.002);
    }

    /// <summary>What the documentation of <see cref="CropBoxes.RoundedToPixels"/> says, on squares.</summary>
    [Theory]
    [InlineData(8, 0.13, 0.034)]
    [InlineData(32, 0.04, 0.007)]
    [InlineData(224, 0.008, 0.0015)]
    public void Rounded_boxes_are_as_far_from_the_real_law_as_is_documented(int side, double ofAreas, double ofRatios)
    {
        const int Drawn = 400_000;
        ViewPlan plan = Plans.Of(2, Arms[0]);
        var views = new ViewRecipe[2];
        double[] real = new double[Drawn], rounded = new double[Drawn], ratios = new double[Drawn];
        for (int row = 0; row < Drawn; row++)
        {
            plan.Sample(plan.KeyOf(0, (ulong)row), new ImageSize(side, side), views);
            (real[row], rounded[row]) = (views[0].Scale, (double)views[0].CropWidth * views[0].CropHeight / side / side);
            ratios[row] = Math.Log((double)views[1].CropWidth * views[1].CropHeight / ((double)views[0].CropWidth * views[0].CropHeight));
        }

        Array.Sort(real);
        Assert.Equal(ofAreas, Kolmogorov.Distance(rounded, x => Array.BinarySearch(real, x) is var found && found < 0 ? (double)~found / Drawn : (double)found / Drawn), 0.0035);
        Assert.Equal(ofRatios, Kolmogorov.Distance(ratios, u => Math.Clamp(0.5 + (0.5 * u / Math.Log(5)), 0, 1)), 0.0015);
    }

    [Fact]
    public void Independent_areas_are_uniform_where_torchvisions_are_not()
    {
        var panorama = new ImageSize(600, 200);
        double[] Scales(RandomCrop crop) => [.. Plans.Of(2, crop).Draw(panorama, Rows).Select(r => (double)r[0].Scale)];

        Kolmogorov.AssertFollows(Scales(new IndependentCrop { OutputSize = Plans.Output }), s => Math.Clamp((s - 0.2) / 0.8, 0, 1));
        Assert.True(Kolmogorov.Distance(Scales(new RandomResizedCrop { OutputSize = Plans.Output }), s => Math.Clamp((s - 0.2) / 0.8, 0, 1)) > 0.3);
    }

    [Fact]
    public void Each_arm_has_its_share_of_pairs_beyond_two_to_one()
    {
        // DESIGN: 28 % independent, 57 % joint, 25 % for torchvision on squares of 224; of the extra pairs some 40 % come from the marginal alone.
        double[] beyond = [.. Arms.Select(arm => Plans.Of(2, arm).Draw(new ImageSize(224, 224), Rows).Average(r =>
        {
            double ratio = (double)r[0].CropWidth * r[0].CropHeight / (r[1].CropWidth * r[1].CropHeight);
            return ratio is > 2 or < 0.5 ? 1.0 : 0;
        }))];

        Assert.Equal(0.569, beyond[0], 0.012);
        Assert.InRange((beyond[1] - beyond[2]) / (beyond[0] - beyond[2]), 0.33, 0.47);
        Assert.Equal(0.281, beyond[2], 0.012);
        Assert.Equal(0.25, beyond[3], 0.015);
    }

    [Fact]
    public void Marginal_only_has_the_areas_of_joint_crop_without_the_relation()
    {
        var image = new ImageSize(224, 224);
        ViewRecipe[][] joint = Plans.Of(2, Arms[0]).Draw(image, Rows), marginal = Plans.Of(2, Arms[1]).Draw(image, Rows);
        for (int view = 0; view < 2; view++)
        {
            double[] sorted = [.. joint.Select(r => (double)r[view].Scale).Order()];
            double distance = Kolmogorov.Distance([.. marginal.Select(r => (double)r[view].Scale)], s => (double)~Array.BinarySearch(sorted, s + 1e-12) / Rows);
            Assert.True(distance < 2.2 * Math.Sqrt(2.0 / Rows), $"distance {distance}");
        }

        Assert.Equal(0.55, marginal.Average(r => r[0].Scale), 0.005);
        Assert.True(Math.Abs(Correlation.Pearson(marginal.Select(r => (double)r[0].Scale), marginal.Select(r => (double)r[1].Scale))) < 0.02);
        Assert.True(Correlation.Pearson(joint.Select(r => (double)r[0].Scale), joint.Select(r => (double)r[1].Scale)) < -0.2);
    }

    [Fact]
    public void Arms_differ_in_nothing_but_the_areas()
    {
        // On a square with areas that fit any aspect ratio, every aspect ratio is the draw's own, and so is the relative position.
        var image = new ImageSize(4096, 4096);
        ViewRecipe[][][] arms = [.. Arms.Select(arm => arm with { Scale = (0.1, 0.5) })
            .Select(arm => Plans.Of(2, arm, new ColorJitter(), new RandomGrayscale(), new GaussianBlur(), new HorizontalFlip()).Draw(image, 500))];
        for (int row = 0; row < 500; row++)
        {
            for (int view = 0; view < 2; view++)
            {
                ViewRecipe reference = arms[0][row][view];
                foreach (ViewRecipe other in arms.Select(arm => arm[row][view]))
                {
                    Assert.Equal(reference.CropWidth / reference.CropHeight, other.CropWidth / other.CropHeight, 0.002);
                    Assert.Equal(RelativeX(reference), RelativeX(other), 0.002);
                    Assert.Equal(
                        reference with { CropX = 0, CropY = 0, CropWidth = 0, CropHeight = 0, Scale = 0 },
                        other with { CropX = 0, CropY = 0, CropWidth = 0, CropHeight = 0, Scale = 0 });
                }
            }
        }

        double RelativeX(ViewRecipe view) => view.CropX / (image.Width - view.CropWidth);
    }

    [Fact]
    public void Star_of_crops_keeps_the_first_pair_whatever_the_number_of_views()
    {
        var image = new ImageSize(224, 224);
        ViewRecipe[][] two = Plans.Of(2, Arms[0]).Draw(image, 200), four = Plans.Of(4, Arms[0]).Draw(image, 200);

        Assert.Equal(two.Select(r => (r[0], r[1])), four.Select(r => (r[0], r[1])));
    }

    [Fact]
    public void Random_resized_crop_falls_back_on_the_central_box_with_its_aspect_ratio_clipped()
    {
        // Areas of nearly all of a panorama never fit an aspect ratio of at most 4/3.
        ViewRecipe wide = Plans.Of(1, new RandomResizedCrop { OutputSize = Plans.Output, Scale = (0.9, 1) }).Draw(new ImageSize(300, 90), 1)[0][0];
        Assert.Equal((90f, 0f, 120f, 90f), (wide.CropX, wide.CropY, wide.CropWidth, wide.CropHeight));
        Assert.Equal(0.4f, wide.Scale, 1e-6f);

        ViewRecipe tall = Plans.Of(1, new RandomResizedCrop { OutputSize = Plans.Output, Scale = (0.9, 1) }).Draw(new ImageSize(90, 301), 1)[0][0];
        Assert.Equal((0f, 90f, 90f, 120f), (tall.CropX, tall.CropY, tall.CropWidth, tall.CropHeight));
    }

    [Fact]
    public void Released_boxes_fall_back_on_the_whole_image()
    {
        ViewRecipe view = Plans.Of(2, JointCrop.Released2024(Plans.Output) with { Scale = (0.9, 1), Law = new BetaLaw() }).Draw(new ImageSize(300, 90), 1)[0][0];
        Assert.Equal((0f, 0f, 300f, 90f, 1f), (view.CropX, view.CropY, view.CropWidth, view.CropHeight, view.Scale));
    }

    [Fact]
    public void Releases_have_their_own_bounds_and_ranges()
    {
        Assert.Equal((0.08, 1), JointCrop.Released2024(Plans.Output).Scale);
        Assert.Equal((0.2, 1), JointCrop.Released2025April(Plans.Output, 0.2).Scale);
        Assert.Equal(new ReleasedLaw(0.01), JointCrop.Released2025April(Plans.Output).Law);
        Assert.Equal(new ReleasedLaw(0.1), JointCrop.Released2025May(Plans.Output).Law);

        double widest = Plans.Of(2, JointCrop.Released2025May(Plans.Output) with { Boxes = CropBoxes.RoundedToPixels }).Draw(new ImageSize(64, 64), Rows)
            .Max(r => Math.Abs(Math.Log(r[1].Scale / r[0].Scale)));
        Assert.Equal(Math.Log(4.9), widest, 0.001);
    }

    [Fact]
    public void Suppressing_the_centre_moves_crops_to_the_edges_and_leaves_sizes_alone()
    {
        var image = new ImageSize(200, 200);
        ViewRecipe[][] uniform = Plans.Of(2, Arms[0]).Draw(image, 5_000);
        ViewRecipe[][] suppressed = Plans.Of(2, new JointCrop { OutputSize = Plans.Output, PositionAlpha = 0.1 }).Draw(image, 5_000);

        Assert.Equal(uniform.Select(r => (r[0].CropWidth, r[1].CropHeight)), suppressed.Select(r => (r[0].CropWidth, r[1].CropHeight)));
        double AtEdges(ViewRecipe[][] rows) => rows.Average(r => r[0].CropX == 0 || r[0].CropX + r[0].CropWidth == 200 ? 1.0 : 0);
        Assert.True(AtEdges(suppressed) > 0.5 && AtEdges(uniform) < 0.2, $"{AtEdges(suppressed)} {AtEdges(uniform)}");
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        Refused("Scale", "0 < Min <= Max <= 1", () => new JointCrop { OutputSize = Plans.Output, Scale = (0.5, 0.2) });
        Refused("Scale", "(0.2, 1.5)", () => new RandomResizedCrop { OutputSize = Plans.Output, Scale = (0.2, 1.5) });
        Refused("Scale", "NaN", () => new IndependentCrop { OutputSize = Plans.Output, Scale = (double.NaN, 1) });
        Refused("AspectRatio", "both finite", () => new JointCrop { OutputSize = Plans.Output, AspectRatio = (1, double.PositiveInfinity) });
        Refused("Beta", "finite", () => new JointCrop { OutputSize = Plans.Output, Beta = double.NaN });
        Refused("OutputSize", "1x1 to 32767x32767", () => new JointCrop { OutputSize = new(0, 96) });
        Refused("Filter", "Bilinear, Bicubic", () => new JointCrop { OutputSize = Plans.Output, Filter = (ResizeFilter)9 });
        Refused("PositionAlpha", "positive", () => new JointCrop { OutputSize = Plans.Output, PositionAlpha = 0 });
        Refused("Region", "Top < Bottom", () => new ContrastiveCrop { OutputSize = Plans.Output, Region = new(0.5, 0, 0.5, 1) });
        Refused("Scale", "Min < Max", () => Plans.Of(2, new JointCrop { OutputSize = Plans.Output, Scale = (1, 1) }));
        Refused("Ratio", "at most max / min", () => Plans.Of(2, new JointCrop { OutputSize = Plans.Output, Law = new FixedRatioLaw(6) }));
        Assert.Contains("even number", Assert.Throws<ArgumentException>(() =>
            Plans.Of(3, new JointCrop { OutputSize = Plans.Output, Pairing = ViewPairing.DisjointPairs })).Message, StringComparison.Ordinal);
        Assert.Contains("at least 2 views", Assert.Throws<ArgumentException>(() => Plans.Of(1, Arms[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_with_equal_settings_are_equal_also_after_use_and_print_them()
    {
        var used = new JointCrop { OutputSize = Plans.Output, Beta = -1 };
        Plans.Of(2, used).Draw(new ImageSize(64, 64), 1);

        Assert.Equal(new JointCrop { OutputSize = Plans.Output, Beta = -1 }, used);
        Assert.NotEqual(new JointCrop { OutputSize = Plans.Output, Beta = -2 }, used);
        Assert.Contains("Scale = (0.2, 1)", used.ToString(), StringComparison.Ordinal);
        Assert.Contains("Beta = -1", used.ToString(), StringComparison.Ordinal);

        // A copy with another range must not go on with the old one.
        ViewRecipe[][] rows = Plans.Of(2, used with { Scale = (0.9, 1) }).Draw(new ImageSize(64, 64), 100);
        Assert.All(rows, r => Assert.InRange(r[1].Scale, 0.9f, 1f));
    }

    /// <summary>Width × height in pixels of a crop of the given area in a square, and how likely each is: the aspect ratio is log-uniform on what fits.</summary>
    private static Dictionary<int, double> RoundedAreas(int side, double scale)
    {
        const int Steps = 60;
        double widest = Math.Min(Math.Log(4.0 / 3), -Math.Log(scale));
        var areas = new Dictionary<int, double>();
        for (int k = 0; k < Steps; k++)
        {
            double aspect = Math.Exp(widest * ((2 * (k + 0.5) / Steps) - 1)), length = side * Math.Sqrt(scale);
            int area = (int)Math.Round(length * Math.Sqrt(aspect)) * (int)Math.Round(length / Math.Sqrt(aspect));
            areas[area] = areas.GetValueOrDefault(area) + (1.0 / Steps);
        }

        return areas;
    }

    private static void Refused(string name, string says, Func<object> create)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => create());
        Assert.Equal(name, error.ParamName);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
