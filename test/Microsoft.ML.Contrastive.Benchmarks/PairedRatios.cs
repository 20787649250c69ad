using System.Globalization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What pairs of runs, one right after the other, say of a ratio: both halves of a pair see the same disturbances.</summary>
internal static class PairedRatios
{
    /// <summary>Fewest pairs of which there is an interval.</summary>
    public const int FewestPairs = 5;

    /// <summary>Times two actions in pairs, in alternating order. Each is run once before, uncounted: that loads torch and compiles both paths.</summary>
    public static IEnumerable<(double First, double Second)> Time(int pairs, Action first, Action second)
    {
        first();
        second();
        for (int pair = 0; pair < pairs; pair++)
        {
            if (pair % 2 == 0)
            {
                double before = WallClock.Seconds(first);
                yield return (before, WallClock.Seconds(second));
            }
            else
            {
                double before = WallClock.Seconds(second);
                yield return (WallClock.Seconds(first), before);
            }
        }
    }

    /// <summary>Median and its interval, in words. Sorts the ratios.</summary>
    public static string Summary(double[] ratios)
    {
        Array.Sort(ratios);
        int rank = Rank(ratios.Length, out double coverage);
        double median = Median(ratios);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"median {median:F3}, {coverage:P0} interval {ratios[rank]:F3} to {ratios[^(rank + 1)]:F3}, {ratios.Length} pairs.");
    }

    /// <summary>The middle value, or the mean of both.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Which of the sorted values, from either end, bound the median with at least 90 % confidence whatever the distribution: the sign test's
    /// interval. Fewer than half of n fair coins fall on either side.
    /// </summary>
    private static int Rank(int count, out double coverage)
    {
        int rank = 0;
        double tail = Math.Pow(0.5, count), term = tail;
        while (true)
        {
            term *= (double)(count - rank) / (rank + 1);
            if (2 * (tail + term) > 0.1)
            {
                coverage = 1 - (2 * tail);
                return rank;
            }

            tail += term;
            rank++;
        }
    }
}
