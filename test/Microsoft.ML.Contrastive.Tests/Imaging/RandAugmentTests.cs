using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>RandAugment's operations against Pillow's pixels, and what is drawn.</summary>
public sealed class RandAugmentTests
{
    private const int Width = 19, Height = 14;

    /// <summary>Every operation, at InfoMin's and other arguments, with both filters: equal to Pillow's result, to the bit (eng/expected/rand_augment.py).</summary>
    [Fact]
    public void Operations_give_pillows_pixels()
    {
        string[][] rows = ExpectedValues.Rows("rand-augment.csv");
        Assert.Equal(72, rows.Length);
        Assert.Equal(Enum.GetNames<RandAugmentOperation>().Skip(1).Order(), rows.Select(r => r[1]).Distinct().Order());
        foreach (string[] row in rows)
        {
            byte[] view = Render(row[0], WholeImage() with
            {
                RandAugment1 = Enum.Parse<RandAugmentOperation>(row[1]),
                RandAugment1Argument = float.Parse(row[2], CultureInfo.InvariantCulture),
                RandAugment1Filter = Enum.Parse<ResizeFilter>(row[3]),
            });
            byte[] expected = Convert.FromHexString(row[4]);
            int different = view.Zip(expected).Count(p => p.First != p.Second);
            Assert.True(different == 0, $"{string.Join(" ", row[..4])}: {different} values differ, by at most {view.Zip(expected).Max(p => Math.Abs(p.First - p.Second))}");
        }
    }

    [Fact]
    public void The_second_operation_follows_the_first_and_grey_comes_last()
    {
        ViewRecipe recipe = WholeImage() with
        {
            RandAugment1 = RandAugmentOperation.Posterize,
            RandAugment1Argument = 3,
            RandAugment2 = RandAugmentOperation.AutoContrast,
        };
        byte[] inOrder = Render("ramp", recipe);
        byte[] reversed = Render("ramp", recipe with { RandAugment1 = RandAugmentOperation.AutoContrast, RandAugment2 = RandAugmentOperation.Posterize, RandAugment2Argument = 3 });
        Assert.NotEqual(inOrder, reversed);

        byte[] grey = Render("noise", recipe with { RandAugment2 = RandAugmentOperation.Color, RandAugment2Argument = 1.9f, LastGrayscale = true });
        Assert.All(Enumerable.Range(0, Width * Height), i => Assert.True(grey[3 * i] == grey[(3 * i) + 1] && grey[3 * i] == grey[(3 * i) + 2]));
    }

    [Fact]
    public void Draws_are_infomins()
    {
        ViewRecipe[] views = [.. Plans.Of(1, new IndependentCrop { OutputSize = Plans.Output }, new RandAugment()).Draw(new ImageSize(96, 96), 30_000).Select(r => r[0])];
        Assert.Equal(0.5, views.Average(v => v.RandAugment1 != RandAugmentOperation.None ? 1.0 : 0), 0.012);
        Assert.Equal(0.25, views.Average(v => v.RandAugment1 != RandAugmentOperation.None && v.RandAugment2 != RandAugmentOperation.None ? 1.0 : 0), 0.01);
        foreach (RandAugmentOperation operation in Enum.GetValues<RandAugmentOperation>().Skip(1))
            Assert.InRange(views.Count(v => v.RandAugment2 == operation), 850, 1150);
        Assert.All(views, v => Assert.Equal((124, 116, 104), (v.FillRed, v.FillGreen, v.FillBlue)));

        // Half of the levels are 10: the normal number around it, cut off there.
        float[] shears = [.. views.Where(v => v.RandAugment1 == RandAugmentOperation.ShearX).Select(v => v.RandAugment1Argument)];
        Assert.Equal(0.5, shears.Average(a => Math.Abs(a) == 0.3f ? 1.0 : 0), 0.06);
        Assert.Equal(0.5, shears.Average(a => a > 0 ? 1.0 : 0), 0.06);
        Assert.All(shears, a => Assert.InRange(Math.Abs(a), 0.2f, 0.3f));
        Assert.Equal(0.5, views.Where(v => v.RandAugment1 == RandAugmentOperation.Rotate).Average(v => v.RandAugment1Filter == ResizeFilter.Bicubic ? 1.0 : 0), 0.06);
        Assert.All(views.Where(v => v.RandAugment1 == RandAugmentOperation.Posterize), v => Assert.InRange(v.RandAugment1Argument, 2, 4));
        Assert.Contains(views, v => v is { RandAugment1: RandAugmentOperation.Posterize, RandAugment1Argument: 3 });
        Assert.All(views.Where(v => v.RandAugment1 == RandAugmentOperation.Sharpness), v => Assert.InRange(v.RandAugment1Argument, 1.4f, 1.9f));
    }

    [Fact]
    public void One_operation_is_the_first_of_two()
    {
        ViewRecipe[] Draw(int operations) => [.. Plans.Of(1, new IndependentCrop { OutputSize = Plans.Output }, new RandAugment { Operations = operations }).Draw(new ImageSize(96, 96), 100).Select(r => r[0])];
        Assert.Equal(Draw(2).Select(v => v with { RandAugment2 = default, RandAugment2Argument = 0, RandAugment2Filter = default }), Draw(1));
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        Assert.Contains("Operations is 3; allowed is 1 or 2", Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment { Operations = 3 }).Message, StringComparison.Ordinal);
        Assert.Contains("0 to 10", Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment { Magnitude = 10.5 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment { MagnitudeDeviation = double.PositiveInfinity });
        Assert.Contains("comes after a step for LastGrayscale", Assert.Throws<ArgumentException>(() =>
            Plans.Of(1, new IndependentCrop { OutputSize = Plans.Output }, new RandomGrayscale { Last = true }, new RandAugment())).Message, StringComparison.Ordinal);
    }

    private static ViewRecipe WholeImage() => new()
    {
        CropWidth = Width,
        CropHeight = Height,
        OutputWidth = Width,
        OutputHeight = Height,
        FillRed = 124,
        FillGreen = 116,
        FillBlue = 104,
    };

    private static byte[] Render(string image, ViewRecipe recipe)
    {
        byte[] pixels = [.. from y in Enumerable.Range(0, Height)
                            from x in Enumerable.Range(0, Width)
                            from c in Enumerable.Range(0, 3)
                            select (byte)(image == "noise" ? (x * x * 37) + (y * 59) + (c * 83) + (x * y * 7) : 60 + (4 * x) + (3 * y) + (11 * c))];
        byte[] view = new byte[pixels.Length];
        new ViewRenderer().Render(new RgbImage(pixels, Width, Height), recipe, view);
        return view;
    }
}
