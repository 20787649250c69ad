using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>Each operation of the renderer against its definition in double precision: within a level, and exactly where there is no rounding.</summary>
public sealed class PixelOperationTests
{
    // Widths that fill vectors, leave a rest, and are shorter than one.
    public static TheoryData<int, int> Sizes => new() { { 96, 96 }, { 37, 21 }, { 8, 8 }, { 5, 9 }, { 1, 1 }, { 3, 40 } };

    [Theory]
    [InlineData(50, 40, 7, 5, 31, 29, 16, 24)]
    [InlineData(50, 40, 0, 0, 50, 40, 50, 13)]
    [InlineData(50, 40, 0, 0, 50, 40, 13, 40)]
    [InlineData(50, 40, 49, 39, 1, 1, 8, 8)]
    [InlineData(300, 100, 0, 0, 300, 100, 20, 20)]
    [InlineData(50, 40, 10.25, 3.5, 20.5, 30.125, 24, 24)]
    [InlineData(50, 40, 47.9, 0.3, 0.2, 39.6, 11, 7)]
    [InlineData(50, 40, 10.5, 8.5, 24, 24, 24, 24)]
    [InlineData(1, 1, 0, 0, 1, 1, 9, 10)]
    [InlineData(2, 3, 0.5, 0.5, 1, 2, 64, 64)]
    public void Resized_crop(int width, int height, float x, float y, float w, float h, short outWidth, short outHeight)
    {
        var source = Noise(width, height, seed: 1);
        foreach (var filter in new[] { ResizeFilter.Bilinear, ResizeFilter.Bicubic })
        {
            var got = Render(source, width, height, new ViewRecipe
            {
                CropX = x,
                CropY = y,
                CropWidth = w,
                CropHeight = h,
                OutputWidth = outWidth,
                OutputHeight = outHeight,
                Filter = filter,
            });
            var expected = NaivePixels.ResizedCrop(
                NaivePixels.From(source, width, height), x, y, w, h, outWidth, outHeight, filter == ResizeFilter.Bicubic);
            Assert.InRange(NaivePixels.LargestDifference(expected, got), 0, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Flip_mirrors_the_resized_crop(int width, int height)
    {
        var source = Noise(width, height, seed: 2);
        foreach (short side in new short[] { (short)width, 17 })
        {
            var recipe = Whole(width, height) with { OutputWidth = side };
            var plain = NaivePixels.From(Render(source, width, height, recipe), side, height);
            var flipped = Render(source, width, height, recipe with { Flip = true });
            Assert.Equal(0, NaivePixels.LargestDifference(NaivePixels.Map(plain, (y, x, c) => plain[y, side - 1 - x, c]), flipped));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Color_operations(int width, int height)
    {
        var source = Noise(width, height, seed: 3);
        var image = NaivePixels.From(source, width, height);
        double mean = NaivePixels.MeanGrey(image);
        foreach (float f in new[] { 0f, 0.2f, 0.999f, 1.8f })
        {
            Compare(Whole(width, height) with { HasColor = true, Brightness = f }, (y, x, c) => f * image[y, x, c]);
            // The mean is a level: half a level away at most, times |1 − f|.
            Compare(Whole(width, height) with { HasColor = true, Contrast = f }, (y, x, c) => (f * image[y, x, c]) + ((1 - f) * mean), 1.5);
            Compare(Whole(width, height) with { HasColor = true, Saturation = f },
                (y, x, c) => (f * image[y, x, c]) + ((1 - f) * NaivePixels.Grey(image, y, x)), 1.5);
        }
        Compare(Whole(width, height) with { Grayscale = true }, (y, x, _) => NaivePixels.Grey(image, y, x));
        Compare(Whole(width, height) with { Solarize = true, SolarizeThreshold = 100 }, (y, x, c) => image[y, x, c] < 100 ? image[y, x, c] : 255 - image[y, x, c], 0);

        void Compare(ViewRecipe recipe, Func<int, int, int, double> expected, double tolerance = 1)
            => Assert.InRange(NaivePixels.LargestDifference(NaivePixels.Map(image, expected), Render(source, width, height, recipe)), 0, tolerance);
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(-0.5f)]
    [InlineData(0.5f)]
    [InlineData(0.001f)]
    [InlineData(-0.07f)]
    public void Hue_of_colours_all_over_the_cube(float turns)
    {
        // 52 levels of each channel, the ends included: every order of the channels, ties and greys.
        const int levels = 52;
        var source = new byte[levels * levels * levels * 3];
        for (int i = 0; i < source.Length / 3; i++)
        {
            source[3 * i] = (byte)(i % levels * 5);
            source[(3 * i) + 1] = (byte)(i / levels % levels * 5);
            source[(3 * i) + 2] = (byte)(i / levels / levels * 5);
        }
        int width = levels * levels;

        var got = Render(source, width, levels, Whole(width, levels) with { HasColor = true, Hue = turns });

        for (int i = 0; i < got.Length; i += 3)
        {
            var (r, g, b) = NaivePixels.ShiftHue(source[i], source[i + 1], source[i + 2], (int)(turns * 255.0));
            if ((got[i], got[i + 1], got[i + 2]) != ((byte)r, (byte)g, (byte)b))
                Assert.Fail($"({source[i]}, {source[i + 1]}, {source[i + 2]}): ({got[i]}, {got[i + 1]}, {got[i + 2]}) instead of ({r}, {g}, {b})");
        }
    }

    [Theory]
    [InlineData(0.001f)] // no step: there and back
    [InlineData(-0.3f)]
    public void Hue_of_every_colour(float turns) => Parallel.For(0, 256, new ParallelOptions { MaxDegreeOfParallelism = 2 }, red =>
    {
        var source = new byte[256 * 256 * 3];
        for (int i = 0; i < 256 * 256; i++)
            (source[3 * i], source[(3 * i) + 1], source[(3 * i) + 2]) = ((byte)red, (byte)(i / 256), (byte)i);

        var got = Render(source, 256, 256, Whole(256, 256) with { HasColor = true, Hue = turns });

        for (int i = 0; i < got.Length; i += 3)
        {
            var (r, g, b) = NaivePixels.ShiftHue(source[i], source[i + 1], source[i + 2], (int)(turns * 255.0));
            if ((got[i], got[i + 1], got[i + 2]) != ((byte)r, (byte)g, (byte)b))
                Assert.Fail($"({source[i]}, {source[i + 1]}, {source[i + 2]}): ({got[i]}, {got[i + 1]}, {got[i + 2]}) instead of ({r}, {g}, {b})");
        }
    });

    [Fact]
    public void Hue_of_a_single_pixel_is_that_of_a_whole_image()
    {
        // Single pixels do not fill a vector: the other of the two loops.
        var source = Noise(64, 64, seed: 6);
        for (int i = 0; i < source.Length / 3; i++)
        {
            var pixel = source[(3 * i)..((3 * i) + 3)];
            float turns = ((i % 100) - 49.5f) / 100; // never 0: that is left out
            var (r, g, b) = NaivePixels.ShiftHue(pixel[0], pixel[1], pixel[2], (int)(turns * 255.0));
            Assert.Equal<byte>([(byte)r, (byte)g, (byte)b], Render(pixel, 1, 1, Whole(1, 1) with { HasColor = true, Hue = turns }));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Blurs(int width, int height)
    {
        var source = Noise(width, height, seed: 4);
        var image = NaivePixels.From(source, width, height);
        foreach (float sigma in new[] { 0.1f, 0.7f, 1.3f, 2f, 6f })
        {
            Assert.InRange(NaivePixels.LargestDifference(
                NaivePixels.BoxBlurred(image, sigma),
                Render(source, width, height, Whole(width, height) with { BlurSigma = sigma })), 0, 1);

            double[] kernel = NaivePixels.Gaussian((height / 10) | 1, sigma);
            Assert.InRange(NaivePixels.LargestDifference(
                NaivePixels.Convolve(image, kernel, NaivePixels.Reflect),
                Render(source, width, height, Whole(width, height) with { BlurSigma = sigma, BlurOperator = BlurOperator.Kernel10Percent })), 0, 0.6);
        }
    }

    [Fact]
    public void The_kernel_longer_than_the_image_mirrors_repeatedly()
    {
        var plane = Noise(1, 3, seed: 5)[..9];
        var rgb = plane.SelectMany(value => new[] { value, value, value }).ToArray();
        var expected = NaivePixels.Convolve(NaivePixels.From(rgb, 3, 3), NaivePixels.Gaussian(15, 3), NaivePixels.Reflect);

        new KernelBlur().Run(plane, 3, 3, kernel: 15, sigma: 3);

        Assert.InRange(NaivePixels.LargestDifference(expected, plane.SelectMany(value => new[] { value, value, value }).ToArray()), 0, 0.6);
    }

    [Fact]
    public void A_flat_image_stays_flat_under_every_filter()
    {
        for (int level = 0; level < 256; level += 51)
        {
            var source = Enumerable.Repeat((byte)level, 30 * 20 * 3).ToArray();
            foreach (var recipe in new[]
            {
                Whole(30, 20) with { OutputWidth = 70, OutputHeight = 11 },
                Whole(30, 20) with { OutputWidth = 70, OutputHeight = 11, Filter = ResizeFilter.Bicubic, CropX = 0.3f, CropWidth = 22.2f },
                Whole(30, 20) with { BlurSigma = 1.7f },
                Whole(30, 20) with { BlurSigma = 1.7f, BlurOperator = BlurOperator.Kernel10Percent },
            })
                Assert.All(Render(source, 30, 20, recipe), value => Assert.Equal(level, value));
        }
    }

    internal static ViewRecipe Whole(int width, int height) => new()
    {
        CropWidth = width,
        CropHeight = height,
        OutputWidth = (short)width,
        OutputHeight = (short)height,
        Brightness = 1,
        Contrast = 1,
        Saturation = 1,
    };

    internal static byte[] Render(byte[] source, int width, int height, ViewRecipe recipe)
    {
        var rgb = new byte[recipe.OutputWidth * recipe.OutputHeight * 3];
        new ViewRenderer().Render(new RgbImage(source, width, height), recipe, rgb);
        return rgb;
    }

    internal static byte[] Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
