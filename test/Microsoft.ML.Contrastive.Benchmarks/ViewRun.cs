using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Rendered views in a second of a core's time, on one thread, from decoded images to normalised planes: the library's side of <c>eng/compare/views_*.py</c>.</summary>
internal static class ViewRun
{
    private const int Images = 64, ViewsBetweenLooks = 16;

    // On a single core the compiler of hot code takes its time from the same core: a good second for the kernels over lanes.
    private const double WarmUpSeconds = 3;

    /// <summary>Prints <c>views_per_second X</c>.</summary>
    /// <param name="size">Side of the views in pixels.</param>
    /// <param name="source">Side of the source images in pixels.</param>
    /// <param name="cropOnly">Crop, resize, flip and normalisation, or all of SimCLR's steps.</param>
    /// <param name="seconds">Processor time to measure for, after three seconds to warm up.</param>
    public static int Execute(int size, int source, bool cropOnly, double seconds)
    {
        byte[][] images = [.. Enumerable.Range(0, Images).Select(k => Pixels(source, (uint)k))];
        ViewPlan plan = Plan(size, cropOnly);
        var recipe = new ViewRecipe[1];
        var view = new float[3 * size * size];
        var renderer = new ViewRenderer();
        int count = 0;
        TimeSpan elapsed = TimeSpan.Zero;
        foreach (double duration in (double[])[WarmUpSeconds, seconds])
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (count = 0; (elapsed = Environment.CpuUsage.TotalTime - start).TotalSeconds < duration;)
            {
                for (int end = count + ViewsBetweenLooks; count < end; count++)
                {
                    plan.Sample(plan.KeyOf(epoch: 0, (ulong)count), new ImageSize(source, source), recipe);
                    renderer.Render(new RgbImage(images[count % Images], source, source), recipe[0], PixelNormalization.ImageNet, view);
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"views_per_second {count / elapsed.TotalSeconds:F1}"));
        return 0;
    }

    private static ViewPlan Plan(int size, bool cropOnly)
    {
        ViewPlan cropped = ViewPlan.Create(seed: 1, ["View1"])
            .Append(new RandomResizedCrop { OutputSize = new(size, size), Scale = (0.08, 1) })
            .Append(new HorizontalFlip());
        return cropOnly ? cropped : cropped
            .Append(new ColorJitter { Brightness = 0.8, Contrast = 0.8, Saturation = 0.8, Hue = 0.2 })
            .Append(new RandomGrayscale())
            .Append(new GaussianBlur());
    }

    /// <summary>The same bytes as on the Python side: a ramp, rings and noise, in 32-bit integers.</summary>
    private static byte[] Pixels(int side, uint k)
    {
        var rgb = new byte[side * side * 3];
        for (uint y = 0, p = 0; y < side; y++)
        {
            for (uint x = 0; x < side; x++)
            {
                for (uint c = 0; c < 3; c++, p++)
                {
                    uint ramp = (((x * (3 + c)) + (y * (5 - c)) + (17 * k)) >> 2) & 127;
                    uint rings = (((x * x) + (y * y * 3) + (7 * k * c)) >> 6) & 63;
                    uint noise = (((x * 73856093) ^ (y * 19349663) ^ (83492791 * ((3 * k) + c))) >> 9) & 31;
                    rgb[p] = (byte)(ramp + rings + noise);
                }
            }
        }

        return rgb;
    }
}
