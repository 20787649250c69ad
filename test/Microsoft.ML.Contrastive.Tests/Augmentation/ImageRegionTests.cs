using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>From a heat map to a box, and from boxes to crops (ContrastiveCrop).</summary>
public sealed class ImageRegionTests
{
    private static readonly ImageSize Image = new(200, 100);

    [Fact]
    public void Encloses_what_is_above_the_threshold()
    {
        // One hot cell of 4×4 at row 1, column 2, enlarged fourfold: bilinear weights fall from 1 at the cell's middle (5.5, 9.5) to 0 at the neighbours', so
        // that what is above .1 reaches .9 of the way: rows 2 … 9, columns 6 … 13.
        float[] map = new float[16];
        map[(1 * 4) + 2] = 7;
        Assert.Equal(new ImageRegion(2 / 16.0, 6 / 16.0, 9 / 16.0, 13 / 16.0), ImageRegion.FromHeatMap(map, new(4, 4), new(16, 16)));
        Assert.Equal(new ImageRegion(5 / 16.0, 9 / 16.0, 6 / 16.0, 10 / 16.0), ImageRegion.FromHeatMap(map, new(4, 4), new(16, 16), threshold: 0.55));
    }

    [Fact]
    public void Shift_and_scale_of_the_heat_map_do_not_matter()
    {
        var random = new Random(3);
        float[] map = [.. Enumerable.Range(0, 49).Select(_ => random.NextSingle())];
        ImageRegion region = ImageRegion.FromHeatMap(map, new(7, 7), new(224, 224), 0.6);
        Assert.Equal(region, ImageRegion.FromHeatMap([.. map.Select(v => (2048 * v) - 1024)], new(7, 7), new(224, 224), 0.6));
        Assert.NotEqual(ImageRegion.Whole, region);
    }

    [Fact]
    public void A_heat_map_without_extremes_is_the_whole_image() =>
        Assert.Equal(ImageRegion.Whole, ImageRegion.FromHeatMap([3, 3, 3, 3, 3, 3], new(3, 2), new(30, 20)));

    [Fact]
    public void A_heat_map_that_is_none_is_refused()
    {
        Assert.Contains("3x2 has 6 values; 5", Assert.Throws<ArgumentException>(() => ImageRegion.FromHeatMap(new float[5], new(3, 2), new(30, 20))).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => ImageRegion.FromHeatMap([0, float.NaN], new(2, 1), new(30, 20))).Message, StringComparison.Ordinal);
        Assert.Equal("mapSize", Assert.Throws<ArgumentOutOfRangeException>(() => ImageRegion.FromHeatMap([], new(0, 2), new(30, 20))).ParamName);
        Assert.Equal("imageSize", Assert.Throws<ArgumentOutOfRangeException>(() => ImageRegion.FromHeatMap([1], new(1, 1), new(30, 0))).ParamName);
        Assert.Equal("Threshold", Assert.Throws<ArgumentOutOfRangeException>(() => ImageRegion.FromHeatMap([1], new(1, 1), new(30, 1), 1)).ParamName);
        Assert.Equal("Threshold", Assert.Throws<ArgumentOutOfRangeException>(() => new HeatMapBoxes { Threshold = double.NaN }).ParamName);
        Assert.Equal("EveryEpochs", Assert.Throws<ArgumentOutOfRangeException>(() => new HeatMapBoxes { EveryEpochs = 0 }).ParamName);
    }

    public static TheoryData<string> Crops => ["contrastive", "joint", "fractional", "released"];

    [Theory]
    [MemberData(nameof(Crops))]
    public void Crops_are_centred_in_the_box_of_their_image_as_far_as_it_allows(string name)
    {
        ViewPlan plan = Plans.Of(2, Crop(name, new HeatMapBoxes()));
        var region = new ImageRegion(0.4, 0.6, 0.7, 0.9);
        var views = new ViewRecipe[2];
        int free = 0;
        for (ulong row = 0; row < 3000; row++)
        {
            plan.Sample(plan.KeyOf(0, row), Image, views, region);
            foreach (ViewRecipe view in views)
            {
                double x = (view.CropX + (view.CropWidth / 2)) / Image.Width, y = (view.CropY + (view.CropHeight / 2)) / Image.Height;
                bool atEdge = view.CropX == 0 || view.CropX + view.CropWidth == Image.Width;
                Assert.True(view.CropX >= 0 && view.CropX + view.CropWidth <= Image.Width && view.CropY >= 0 && view.CropY + view.CropHeight <= Image.Height, view.ToString());
                Assert.True(atEdge || x is > 0.59 and < 0.91, view.ToString());
                Assert.True(view.CropY == 0 || view.CropY + view.CropHeight == Image.Height || y is > 0.38 and < 0.72, view.ToString());
                free += atEdge ? 0 : 1;
            }
        }

        Assert.True(free > 500, $"{free} crops lie free in the image");
    }

    [Theory]
    [MemberData(nameof(Crops))]
    public void Before_the_first_box_crops_are_placed_uniformly_unless_told_otherwise(string name)
    {
        ViewRecipe[][] waiting = Plans.Of(2, Crop(name, new HeatMapBoxes())).Draw(Image, 500);
        ViewRecipe[][] suppressed = Plans.Of(2, Crop(name, new HeatMapBoxes { SuppressCentreFromStart = true })).Draw(Image, 500);
        CropStep uniform = name == "contrastive" ? new RandomResizedCrop { OutputSize = Plans.Output, Scale = (0.05, 0.5) } : ((JointCrop)Crop(name, null)) with { PositionAlpha = 1 };

        Assert.Equal(Plans.Of(2, uniform).Draw(Image, 500).SelectMany(r => r), waiting.SelectMany(r => r));
        Assert.Equal(Plans.Of(2, Crop(name, null)).Draw(Image, 500).SelectMany(r => r), suppressed.SelectMany(r => r));
        Assert.NotEqual(waiting.SelectMany(r => r), suppressed.SelectMany(r => r));
    }

    [Fact]
    public void Boxes_move_crops_and_leave_their_areas_alone()
    {
        ViewPlan plan = Plans.Of(2, Crop("joint", new HeatMapBoxes()));
        var (free, boxed) = (new ViewRecipe[2], new ViewRecipe[2]);
        for (ulong row = 0; row < 200; row++)
        {
            plan.Sample(plan.KeyOf(0, row), Image, free);
            plan.Sample(plan.KeyOf(0, row), Image, boxed, new ImageRegion(0, 0, 0.2, 0.2));
            Assert.Equal(free.Select(v => (v.Scale, v.CropWidth, v.CropHeight)), boxed.Select(v => (v.Scale, v.CropWidth, v.CropHeight)));
        }
    }

    [Fact]
    public void Crops_of_one_image_have_one_box()
    {
        CropStep crop = Crop("joint", new HeatMapBoxes()), other = Crop("joint", new HeatMapBoxes { EveryEpochs = 7 });
        ViewPlan plan = ViewPlan.Create(1, ["A", "B", "C", "D"]).Append(crop, ["A", "B"]);
        Assert.Equal(new HeatMapBoxes(), plan.Append(crop, ["C", "D"]).HeatMaps);
        Assert.Contains("one box", Assert.Throws<ArgumentException>(() => plan.Append(other, ["C", "D"])).Message, StringComparison.Ordinal);
        Assert.Contains("one box", Assert.Throws<ArgumentException>(() => Plans.Of(2, new EitherCrop { OutputSize = Plans.Output, Heads = crop, Tails = other })).Message, StringComparison.Ordinal);
        Assert.Equal(new HeatMapBoxes(), Plans.Of(2, new EitherCrop { OutputSize = Plans.Output, Heads = new RandomResizedCrop { OutputSize = Plans.Output }, Tails = crop }).HeatMaps);
        Assert.Contains("takes its place", Assert.Throws<ArgumentException>(() =>
            Plans.Of(2, new ContrastiveCrop { OutputSize = Plans.Output, Region = new(0, 0, 0.5, 1), HeatMaps = new() })).Message, StringComparison.Ordinal);
    }

    private static RandomCrop Crop(string name, HeatMapBoxes? boxes) => name switch
    {
        "contrastive" => new ContrastiveCrop { OutputSize = Plans.Output, Scale = (0.05, 0.5), Alpha = 0.1, HeatMaps = boxes },
        "joint" => new JointCrop { OutputSize = Plans.Output, Scale = (0.05, 0.5), PositionAlpha = 0.1, HeatMaps = boxes },
        "fractional" => new JointCrop { OutputSize = Plans.Output, Scale = (0.05, 0.5), PositionAlpha = 0.1, Boxes = CropBoxes.Fractional, HeatMaps = boxes },
        _ => new JointCrop { OutputSize = Plans.Output, Scale = (0.05, 0.5), PositionAlpha = 0.1, Boxes = CropBoxes.Released, HeatMaps = boxes },
    };
}
