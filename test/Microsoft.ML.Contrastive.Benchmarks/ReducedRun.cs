using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What <c>StoredShorterSide</c> changes and saves: the same crops of images in full and reduced, and the time to decode both, on one thread.</summary>
internal static class ReducedRun
{
    private const int ViewsAnImage = 20;

    public static int Execute(string folder, int viewSide)
    {
        Seams.TorchRuntime.EnsureLoaded();      // The line about the hardware names its threads.
        string[] files = [.. Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(f => f.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase) || f.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        Console.WriteLine($"{files.Length} JPEG files, {ViewsAnImage} crops of each to {viewSide}x{viewSide}, scales 0.2 to 1.");
        Console.WriteLine("| shorter side | bytes kept | decoding time | mean difference, grey levels | its 95th percentile over views |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        foreach (int side in new[] { viewSide, viewSide * 8 / 7, viewSide * 3 / 2, (int)(viewSide / Math.Sqrt(0.2)) })
            Compare(files, viewSide, side);
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    private static void Compare(string[] files, int viewSide, int side)
    {
        ImageDecoder full = new(), reduced = new(side);
        ViewPlan plan = ViewPlan.Create(seed: 1, ["View"]).Append(new RandomResizedCrop { OutputSize = new(viewSide, viewSide), Scale = (0.2f, 1) });
        var renderer = new ViewRenderer();
        var unit = new PixelNormalization((0, 0, 0), (1, 1, 1));
        float[] whole = new float[3 * viewSide * viewSide], less = new float[whole.Length];
        var differences = new List<double>();
        long wholeBytes = 0, lessBytes = 0;
        TimeSpan wholeTime = default, lessTime = default;
        foreach ((int row, string file) in files.Index())
        {
            long start = Stopwatch.GetTimestamp();
            RgbImage image = full.Decode(file);
            wholeTime += Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            RgbImage smaller = reduced.Decode(file);
            lessTime += Stopwatch.GetElapsedTime(start);
            wholeBytes += image.Pixels.Length;
            lessBytes += smaller.Pixels.Length;
            for (int view = 0; view < ViewsAnImage; view++)
            {
                Render(image, view, whole);
                Render(smaller, view, less);
                differences.Add(255 * whole.Zip(less).Average(p => Math.Abs(p.First - p.Second)));
            }

            void Render(RgbImage source, int epoch, float[] pixels)
            {
                var recipes = new ViewRecipe[1];
                plan.Sample(plan.KeyOf(epoch, (ulong)row, 0), new ImageSize(source.Width, source.Height), recipes, null);
                renderer.Render(source, recipes[0], unit, pixels);
            }
        }

        differences.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {side} | {(double)lessBytes / wholeBytes:P0} | {lessTime / wholeTime:P0} | {differences.Average():F2} | {differences[differences.Count * 95 / 100]:F2} |"));
    }
}
