using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>Renders a fixed set of views and prints the lanes that the process has and a hash of every stage's pixels.</summary>
internal static class RenderedViews
{
    private const int Views = 400, Largest = 90;

    public static void Print()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Console.WriteLine(bits.ToString(CultureInfo.InvariantCulture));
        Print("crop", (random, recipe) => recipe with { Filter = (ResizeFilter)random.Next(2), Flip = random.Next(2) == 0 });
        Print("colour", (random, recipe) => recipe with
        {
            HasColor = true,
            ColorOrder = (byte)random.Next(24),
            Brightness = 2 * random.NextSingle(),
            Contrast = 2 * random.NextSingle(),
            Saturation = 2 * random.NextSingle(),
            Hue = random.NextSingle() - 0.5f,
        });
        Print("grey", (_, recipe) => recipe with { Grayscale = true });
        Print("box", (random, recipe) => recipe with { BlurSigma = 0.1f + (4 * random.NextSingle()) });
        Print("kernel", (random, recipe) => recipe with { BlurSigma = 0.1f + (4 * random.NextSingle()), BlurOperator = BlurOperator.Kernel10Percent });
        Print("solarize", (random, recipe) => recipe with { Solarize = true, SolarizeThreshold = (byte)random.Next(256) });
    }

    private static void Print(string stage, Func<Random, ViewRecipe, ViewRecipe> recipe)
    {
        var random = new Random(1);
        var renderer = new ViewRenderer();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Views; i++)
        {
            // Each width up to 40 as source and as view, and some larger ones.
            int width = i < 40 ? i + 1 : random.Next(1, Largest), height = random.Next(1, Largest);
            var source = new byte[width * height * 3];
            random.NextBytes(source);
            ViewRecipe view = recipe(random, Crop(random, width, height, i));
            var normalized = new float[view.OutputWidth * view.OutputHeight * 3];
            renderer.Render(new RgbImage(source, width, height), view, PixelNormalization.ImageNet, normalized);
            hash.AppendData(MemoryMarshal.AsBytes(normalized.AsSpan()));
        }

        Console.WriteLine($"{stage} {Convert.ToHexString(hash.GetHashAndReset())}");
    }

    private static ViewRecipe Crop(Random random, int width, int height, int i)
    {
        float w = 1 + (random.NextSingle() * (width - 1)), h = 1 + (random.NextSingle() * (height - 1));
        // Whole images, whole pixels and fractions of pixels.
        (w, h) = (i % 3) switch { 0 => (width, height), 1 => ((int)w, (int)h), _ => (w, h) };
        return new ViewRecipe
        {
            CropX = random.NextSingle() * (width - w),
            CropY = random.NextSingle() * (height - h),
            CropWidth = w,
            CropHeight = h,
            OutputWidth = (short)(i % 4 == 0 ? width : (i % 48) + 1),
            OutputHeight = (short)(i % 8 == 0 ? height : random.Next(1, Largest)),
        };
    }
}
