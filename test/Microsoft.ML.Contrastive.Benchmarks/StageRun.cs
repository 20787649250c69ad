using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Where the time of a view goes: microseconds of each stage on one thread, by itself, at three sizes.</summary>
internal static class StageRun
{
    private static readonly (int Source, int View)[] Sizes = [(256, 224), (96, 96), (32, 32)];

    /// <summary>Prints the table; the fastest of the rounds counts.</summary>
    public static int Execute(int rounds)
    {
        string[] names = [];
        var columns = new List<double[]>();
        foreach ((int source, int view) in Sizes)
        {
            (string Name, Action Run)[] stages = [.. RenderingStages.Of(source, view)];
            names = [.. stages.Select(stage => stage.Name)];
            columns.Add([.. stages.Select(stage => Microseconds(stage.Run, rounds))]);
        }

        Console.WriteLine($"| stage, µs | {string.Join(" | ", Sizes.Select(size => $"{size.Source} → {size.View}"))} |");
        Console.WriteLine($"|---|{string.Concat(Sizes.Select(_ => "---:|"))}");
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"| {names[i]} | {string.Join(" | ", columns.Select(column => column[i].ToString("F1", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine(Hardware.DescriptionWithoutTorch);
        return 0;
    }

    private static double Microseconds(Action run, int rounds)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        for (; Stopwatch.GetElapsedTime(start).TotalMilliseconds < 200; count++)
            run();
        double fastest = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < (count / 40) + 1; i++)
                run();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalMicroseconds / ((count / 40) + 1));
        }

        return fastest;
    }
}
