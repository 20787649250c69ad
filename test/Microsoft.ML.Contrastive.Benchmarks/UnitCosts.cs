using System.Diagnostics;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What one image costs one core, in seconds: the factors of the formulas in docs/scaling.md.</summary>
/// <param name="Header">Reading a file's header.</param>
/// <param name="Decode">Decoding it.</param>
/// <param name="View">Drawing and rendering one view with all of SimCLR's steps.</param>
internal sealed record UnitCosts(double Header, double Decode, double View)
{
    private const int Sample = 200;

    /// <summary>Means over some files, each step over all of them at once, the files being in the system's cache.</summary>
    public static UnitCosts Measure(IEnumerable<string> files, int viewSide)
    {
        string[] sample = [.. files.Take(Sample)];
        var decoder = new ImageDecoder();
        var renderer = new ViewRenderer();
        ViewPlan plan = Plans.Full(new RandomResizedCrop { OutputSize = new(viewSide, viewSide) });
        var recipes = new ViewRecipe[plan.ViewNames.Length];
        float[] view = new float[3 * viewSide * viewSide];
        double header = 0, decode = 0, render = 0;
        // Twice, of which the second counts: the first also compiles.
        for (int pass = 0; pass < 2; pass++)
        {
            (header, decode, render) = (0, 0, 0);
            foreach ((int row, string file) in sample.Index())
            {
                long start = Stopwatch.GetTimestamp();
                _ = ImageFileIndex.Inspect(file, shorterSide: null, out _);
                header += Since(ref start);
                RgbImage image = decoder.Decode(file);
                decode += Since(ref start);
                plan.Sample(plan.KeyOf(0, (ulong)row), new ImageSize(image.Width, image.Height), recipes);
                foreach (ViewRecipe recipe in recipes)
                    renderer.Render(image, recipe, PixelNormalization.ImageNet, view);
                render += Since(ref start);
            }
        }

        return new UnitCosts(header / sample.Length, decode / sample.Length, render / sample.Length / recipes.Length);
    }

    private static double Since(ref long start)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        return seconds;
    }
}
