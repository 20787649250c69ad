using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

public sealed class CentralCropTests
{
    [Theory]
    [InlineData(61, 43, 32, 28, 28, ResizeFilter.Bilinear)]
    [InlineData(43, 61, 36, 32, 32, ResizeFilter.Bicubic)]
    [InlineData(20, 31, 40, 33, 24, ResizeFilter.Bilinear)] // Enlarged, not square, an odd remainder.
    [InlineData(32, 32, 32, 32, 32, ResizeFilter.Bilinear)] // Native size: the image as it is.
    [InlineData(37, 24, 24, 24, 24, ResizeFilter.Bilinear)] // The short side as it is: no resize at all.
    public void The_view_is_the_middle_of_the_whole_image_resized(int width, int height, int shortSide, int cropWidth, int cropHeight, ResizeFilter filter)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);

        var view = Render(pixels, width, height, new CentralCrop { OutputSize = new ImageSize(cropWidth, cropHeight), ShortSide = shortSide, Filter = filter }, flip: false);

        // torchvision: Resize keeps the ratio and cuts the long side down to a whole number; CenterCrop rounds half of what remains, halves to even.
        var (resizedWidth, resizedHeight) = width < height ? (shortSide, shortSide * height / width) : (shortSide * width / height, shortSide);
        var resized = NaivePixels.ResizedCrop(NaivePixels.From(pixels, width, height), 0, 0, width, height, resizedWidth, resizedHeight, filter == ResizeFilter.Bicubic);
        var (left, top) = ((int)Math.Round((resizedWidth - cropWidth) / 2.0), (int)Math.Round((resizedHeight - cropHeight) / 2.0));
        for (var i = 0; i < view.Length; i++)
        {
            var (y, x) = (i / 3 / cropWidth, i / 3 % cropWidth);
            Assert.True(Math.Abs(resized[top + y, left + x, i % 3] - view[i]) <= (resizedWidth == width ? 0 : 1), $"({x}, {y}): {view[i]} instead of {resized[top + y, left + x, i % 3]}");
        }
    }

    [Fact]
    public void A_crop_first_is_something_else_at_the_edges()
    {
        var pixels = new byte[64 * 64 * 3];
        new Random(1).NextBytes(pixels);
        var step = new CentralCrop { OutputSize = new ImageSize(16, 16), ShortSide = 20 };
        var recipe = Recipe(step, 64, 64);

        var view = Render(pixels, 64, 64, step, flip: false);
        recipe.ResizedWidth = recipe.ResizedHeight = 0;
        var cropFirst = new byte[view.Length];
        new ViewRenderer().Render(new RgbImage(pixels, 64, 64), recipe, cropFirst);

        Assert.Equal(view[(((8 * 16) + 8) * 3)..(((8 * 16) + 9) * 3)], cropFirst[(((8 * 16) + 8) * 3)..(((8 * 16) + 9) * 3)]);
        Assert.NotEqual(view, cropFirst);
    }

    [Fact]
    public void A_flip_mirrors_the_same_crop()
    {
        var pixels = new byte[50 * 40 * 3];
        new Random(1).NextBytes(pixels);
        var step = new CentralCrop { OutputSize = new ImageSize(25, 21), ShortSide = 40 };

        var (view, mirrored) = (Render(pixels, 50, 40, step, flip: false), Render(pixels, 50, 40, step, flip: true));

        for (var i = 0; i < view.Length; i++)
        {
            var (y, x) = (i / 3 / 25, i / 3 % 25);
            Assert.Equal(view[i], mirrored[(((y * 25) + 24 - x) * 3) + (i % 3)]);
        }
    }

    [Fact]
    public void The_long_side_of_a_thread_of_an_image_stays_bounded()
    {
        var recipe = Recipe(new CentralCrop { OutputSize = new ImageSize(224, 224) }, 1, 60000);

        Assert.Equal((256, short.MaxValue), (recipe.ResizedWidth, recipe.ResizedHeight));
        Assert.Equal(224 * 224 * 3, Render(new byte[60000 * 3], 1, 60000, new CentralCrop { OutputSize = new ImageSize(224, 224) }, flip: false).Length);
    }

    [Fact]
    public void A_crop_that_does_not_fit_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => ViewPlan.Create(1, ["v"]).Append(new CentralCrop { OutputSize = new ImageSize(300, 20) }));

        Assert.Contains("ShortSide is 256", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CentralCrop { OutputSize = new ImageSize(1, 1), ShortSide = 0 });
    }

    [Theory]
    [InlineData(40, 0, 0f)]
    [InlineData(0, 40, 0f)]
    [InlineData(40, 40, 1e30f)]
    [InlineData(40, 40, float.NaN)]
    public void A_recipe_from_elsewhere_that_does_not_fit_is_refused(short resizedWidth, short resizedHeight, float left)
    {
        var recipe = Recipe(new CentralCrop { OutputSize = new ImageSize(16, 16), ShortSide = 20 }, 64, 64) with { ResizedWidth = resizedWidth, ResizedHeight = resizedHeight, CropX = left };

        Assert.Throws<ArgumentException>(() => new ViewRenderer().Render(new RgbImage(new byte[64 * 64 * 3], 64, 64), recipe, new byte[16 * 16 * 3]));
    }

    private static ViewRecipe Recipe(CentralCrop step, int width, int height)
    {
        var plan = ViewPlan.Create(1, ["v"]).Append(step);
        var recipes = new ViewRecipe[1];
        plan.Sample(plan.KeyOf(0, 0), new ImageSize(width, height), recipes);
        return recipes[0];
    }

    private static byte[] Render(byte[] pixels, int width, int height, CentralCrop step, bool flip)
    {
        var recipe = Recipe(step, width, height) with { Flip = flip };
        var view = new byte[recipe.OutputWidth * recipe.OutputHeight * 3];
        new ViewRenderer().Render(new RgbImage(pixels, width, height), recipe, view);
        return view;
    }
}
