using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using static Microsoft.ML.Contrastive.Tests.Imaging.PixelOperationTests;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

public sealed partial class ViewRendererTests
{
    [Fact]
    public void Normalised_values_are_those_of_the_bytes()
    {
        var random = new Random(1);
        var source = Noise(61, 43, seed: 1);
        var normalization = PixelNormalization.ImageNet;
        for (int i = 0; i < 60; i++)
        {
            var recipe = RandomRecipe(random, 61, 43);
            int n = recipe.OutputWidth * recipe.OutputHeight;
            var chw = new float[n * 3];
            new ViewRenderer().Render(new RgbImage(source, 61, 43), recipe, normalization, chw);
            var rgb = Render(source, 61, 43, recipe);

            for (int p = 0; p < n; p++)
            {
                Assert.Equal(Normalised(rgb[3 * p], normalization.Mean.R, normalization.Std.R), chw[p], 1e-6f);
                Assert.Equal(Normalised(rgb[(3 * p) + 1], normalization.Mean.G, normalization.Std.G), chw[n + p], 1e-6f);
                Assert.Equal(Normalised(rgb[(3 * p) + 2], normalization.Mean.B, normalization.Std.B), chw[(2 * n) + p], 1e-6f);
            }
        }

        static float Normalised(byte value, float mean, float std) => ((value / 255f) - mean) / std;
    }

    [Fact]
    public void Equal_bytes_give_equal_values_wherever_they_lie_in_a_view()
    {
        // 11 pixels: some values are computed in vectors, the rest one by one.
        for (int level = 0; level < 256; level++)
        {
            var source = Enumerable.Repeat((byte)level, 11 * 3).ToArray();
            var chw = new float[33];
            new ViewRenderer().Render(new RgbImage(source, 11, 1), Whole(11, 1), PixelNormalization.ImageNet, chw);
            for (int channel = 0; channel < 3; channel++)
                Assert.Single(chw[(channel * 11)..((channel + 1) * 11)].Distinct());
        }
    }

    [Fact]
    public void Every_instance_on_every_thread_gives_the_same_view()
    {
        var random = new Random(2);
        var source = Noise(120, 80, seed: 2);
        var recipes = Enumerable.Range(0, 200).Select(_ => RandomRecipe(random, 120, 80)).ToArray();
        var expected = recipes.Select(recipe => Render(source, 120, 80, recipe)).ToArray();

        using var renderers = new ThreadLocal<ViewRenderer>(() => new ViewRenderer());
        Parallel.For(0, 2 * recipes.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            int index = i * 7 % recipes.Length;
            var rgb = new byte[expected[index].Length];
            renderers.Value!.Render(new RgbImage(source, 120, 80), recipes[index], rgb);
            Assert.True(rgb.AsSpan().SequenceEqual(expected[index]));
        });
    }

    [Fact]
    public void Nothing_is_allocated_once_the_buffers_are_large_enough()
    {
        var random = new Random(3);
        var source = Noise(90, 70, seed: 3);
        var recipes = Enumerable.Range(0, 50).Select(i => RandomRecipe(random, 90, 70) with
        {
            RandAugment1 = (RandAugmentOperation)(i % 16),
            RandAugment1Argument = i % 3,
            RandAugment1Filter = (ResizeFilter)(i % 2),
            RandAugment2 = (RandAugmentOperation)(i % 7),
        }).ToArray();
        var rgb = new byte[64 * 64 * 3];
        var chw = new float[64 * 64 * 3];
        var renderer = new ViewRenderer();
        RenderAll();

        long before = GC.GetAllocatedBytesForCurrentThread();
        RenderAll();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void RenderAll()
        {
            foreach (var recipe in recipes)
            {
                int length = recipe.OutputWidth * recipe.OutputHeight * 3;
                renderer.Render(new RgbImage(source, 90, 70), recipe, rgb.AsSpan(0, length));
                renderer.Render(new RgbImage(source, 90, 70), recipe, PixelNormalization.ImageNet, chw.AsSpan(0, length));
            }
        }
    }

    [Fact]
    public void An_integer_box_equals_cropping_first()
    {
        var random = new Random(4);
        var source = Noise(70, 50, seed: 4);
        for (int i = 0; i < 100; i++)
        {
            int w = random.Next(1, 71), h = random.Next(1, 51), x = random.Next(71 - w), y = random.Next(51 - h);
            var recipe = RandomRecipe(random, 70, 50) with { CropX = x, CropY = y, CropWidth = w, CropHeight = h };
            var cropped = new byte[w * h * 3];
            for (int row = 0; row < h; row++)
                source.AsSpan((((y + row) * 70) + x) * 3, w * 3).CopyTo(cropped.AsSpan(row * w * 3));

            Assert.Equal(Render(cropped, w, h, recipe with { CropX = 0, CropY = 0 }), Render(source, 70, 50, recipe));
        }
    }

    [Fact]
    public void Pixels_that_the_box_does_not_touch_do_not_matter()
    {
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            var recipe = RandomRecipe(random, 40, 30);
            var source = Noise(40, 30, seed: i);
            var other = Noise(40, 30, seed: 1000 + i);
            for (int y = (int)recipe.CropY; y < Math.Ceiling((double)recipe.CropY + recipe.CropHeight) && y < 30; y++)
            {
                for (int x = (int)recipe.CropX; x < Math.Ceiling((double)recipe.CropX + recipe.CropWidth) && x < 40; x++)
                    source.AsSpan(((y * 40) + x) * 3, 3).CopyTo(other.AsSpan(((y * 40) + x) * 3));
            }

            Assert.Equal(Render(source, 40, 30, recipe), Render(other, 40, 30, recipe));
        }
    }

    [Fact]
    public unsafe void No_byte_beside_the_image_is_read()
    {
        // The image ends (or begins) where a page that must not be touched begins (or ends): a read beside it ends the process.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "guard pages are set up by mmap");
        const int page = 1 << 16;
        nint memory = MapMemory(0, 3 * page, ReadWrite, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, memory);
        Assert.Equal(0, Protect(memory, page, None));
        Assert.Equal(0, Protect(memory + (2 * page), page, None));
        try
        {
            var random = new Random(6);
            var renderer = new ViewRenderer();
            for (int i = 0; i < 400; i++)
            {
                int width = i < 10 ? 1 : random.Next(1, 60), height = i < 20 ? 1 : random.Next(1, 60), length = width * height * 3;
                var start = (byte*)memory + (i % 2 == 0 ? page : (2 * page) - length);
                Noise(width, height, seed: i).CopyTo(new Span<byte>(start, length));
                var image = new RgbImage(new ReadOnlySpan<byte>(start, length), width, height);
                var recipe = RandomRecipe(random, width, height);
                if (i % 3 == 0)
                    recipe = recipe with { CropX = width - 1, CropWidth = 1, CropY = height - 1, CropHeight = 1 };
                renderer.Render(image, recipe, new byte[recipe.OutputWidth * recipe.OutputHeight * 3]);
            }
        }
        finally
        {
            Assert.Equal(0, UnmapMemory(memory, 3 * page));
        }
    }

    [Theory]
    [InlineData(1, 1, 0, 0, 1, 1, 224, 224)]
    [InlineData(4000, 2, 0, 0, 4000, 2, 8, 8)]
    [InlineData(2, 4000, 1.5f, 17.25f, 0.25f, 3900.5f, 8, 8)]
    [InlineData(96, 32, 0, 0, 96, 32, 96, 96)]
    [InlineData(96, 32, 95.999f, 31.999f, 0.001f, 0.001f, 8, 8)]
    [InlineData(10, 10, 3.0000002f, 2, 6.9999998f, 8, 512, 3)]
    [InlineData(10, 10, -0.0001f, 5, 10.0002f, 5.0001f, 8, 8)]
    public void Extreme_boxes_stay_within_the_range_of_the_source(int width, int height, float x, float y, float w, float h, short outWidth, short outHeight)
    {
        // Levels 100 … 150 and a filter without overshoot: anything else would have come from beside the image.
        var source = Noise(width, height, seed: 7).Select(value => (byte)(100 + (value % 51))).ToArray();

        var view = Render(source, width, height, new ViewRecipe { CropX = x, CropY = y, CropWidth = w, CropHeight = h, OutputWidth = outWidth, OutputHeight = outHeight });

        Assert.All(view, value => Assert.InRange(value, 100, 150));
    }

    [Fact]
    public void Colour_operations_apply_in_the_order_of_the_recipe()
    {
        var source = Noise(24, 16, seed: 8);
        var whole = Whole(24, 16) with { HasColor = true };
        ViewRecipe[] single = [whole with { Brightness = 1.7f }, whole with { Contrast = 0.4f }, whole with { Saturation = 1.6f }, whole with { Hue = 0.2f }];
        var together = whole with { Brightness = 1.7f, Contrast = 0.4f, Saturation = 1.6f, Hue = 0.2f };
        byte rank = 0;
        var views = new List<string>();
        foreach (int[] order in Permutations([0, 1, 2, 3]))
        {
            var expected = source;
            foreach (int operation in order)
                expected = Render(expected, 24, 16, single[operation]);

            var got = Render(source, 24, 16, together with { ColorOrder = rank++ });
            Assert.Equal(expected, got);
            views.Add(Convert.ToHexString(got));
        }
        Assert.Equal(24, rank);
        Assert.True(views.Distinct().Count() > 20);

        static IEnumerable<int[]> Permutations(int[] left) => left.Length == 0
            ? [[]]
            : left.SelectMany(first => Permutations([.. left.Where(other => other != first)]).Select(rest => (int[])[first, .. rest]));
    }

    [Fact]
    public void Stages_apply_in_the_order_of_the_recipes_members()
    {
        var source = Noise(40, 30, seed: 9);
        var recipe = new ViewRecipe
        {
            CropX = 3,
            CropY = 4,
            CropWidth = 30,
            CropHeight = 20,
            OutputWidth = 16,
            OutputHeight = 20,
            Flip = true,
            HasColor = true,
            ColorOrder = 9,
            Brightness = 1.2f,
            Contrast = 0.7f,
            Saturation = 0.5f,
            Hue = -0.1f,
            Grayscale = true,
            BlurSigma = 1.1f,
            Solarize = true,
            SolarizeThreshold = 120,
        };
        var whole = Whole(16, 20);

        var expected = Render(source, 40, 30, recipe with { HasColor = false, Grayscale = false, BlurSigma = 0, Solarize = false });
        expected = Render(expected, 16, 20, whole with { HasColor = true, ColorOrder = 9, Brightness = 1.2f, Contrast = 0.7f, Saturation = 0.5f, Hue = -0.1f });
        expected = Render(expected, 16, 20, whole with { Grayscale = true });
        expected = Render(expected, 16, 20, whole with { BlurSigma = 1.1f });
        expected = Render(expected, 16, 20, whole with { Solarize = true, SolarizeThreshold = 120 });

        Assert.Equal(expected, Render(source, 40, 30, recipe));
    }

    [Fact]
    public void A_recipe_without_optional_operations_copies_the_crop()
    {
        var source = Noise(20, 10, seed: 10);
        Assert.Equal(source, Render(source, 20, 10, new ViewRecipe { CropWidth = 20, CropHeight = 10, OutputWidth = 20, OutputHeight = 10 }));
    }

    [Fact]
    public void Impossible_recipes_are_named()
    {
        var source = new byte[300];
        var recipe = Whole(10, 10);
        Assert.Throws<ArgumentException>(() => new ViewRenderer().Render(new RgbImage(source, 10, 10), recipe, new byte[299]));
        Assert.Throws<ArgumentException>(() => new ViewRenderer().Render(new RgbImage(source, 10, 10), recipe, PixelNormalization.ImageNet, new float[301]));
        Assert.Throws<ArgumentException>(() => Render(source, 10, 10, recipe with { CropX = 10 }));
        Assert.Throws<ArgumentException>(() => Render(source, 10, 10, recipe with { CropWidth = 0 }));
        Assert.Throws<ArgumentException>(() => Render(source, 10, 10, recipe with { CropY = float.NaN }));
        Assert.Throws<ArgumentException>(() => Render(source, 10, 10, recipe with { OutputWidth = 0 }));
    }

    private static ViewRecipe RandomRecipe(Random random, int width, int height)
    {
        float w = 1 + ((float)random.NextDouble() * (width - 1)), h = 1 + ((float)random.NextDouble() * (height - 1));
        if (random.Next(2) == 0)
            (w, h) = ((int)w, (int)h);
        float x = (float)random.NextDouble() * (width - w), y = (float)random.NextDouble() * (height - h);
        // Often at the very border.
        if (random.Next(3) == 0)
            (x, y) = (width - w, height - h);
        if (random.Next(3) == 0)
            (x, y) = ((int)x, (int)y);
        return new ViewRecipe
        {
            CropX = x,
            CropY = y,
            CropWidth = w,
            CropHeight = h,
            OutputWidth = (short)random.Next(1, 65),
            OutputHeight = (short)random.Next(1, 65),
            Filter = (ResizeFilter)random.Next(2),
            Flip = random.Next(2) == 0,
            HasColor = random.Next(2) == 0,
            ColorOrder = (byte)random.Next(24),
            Brightness = (float)random.NextDouble() * 2,
            Contrast = (float)random.NextDouble() * 2,
            Saturation = (float)random.NextDouble() * 2,
            Hue = (float)random.NextDouble() - 0.5f,
            Grayscale = random.Next(5) == 0,
            BlurOperator = (BlurOperator)random.Next(2),
            BlurSigma = random.Next(2) == 0 ? 0 : 0.1f + ((float)random.NextDouble() * 1.9f),
            Solarize = random.Next(5) == 0,
            SolarizeThreshold = (byte)random.Next(256),
        };
    }

    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MapMemory(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapMemory(nint address, nint length);
}
