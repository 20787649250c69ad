using System.Diagnostics;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Time by the clock.</summary>
internal static class WallClock
{
    /// <summary>Seconds that an action takes.</summary>
    public static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
