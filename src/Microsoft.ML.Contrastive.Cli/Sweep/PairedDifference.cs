using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>The mean difference of two arms over the seeds that both have, with the interval of Student's t.</summary>
/// <param name="Count">Pairs n.</param>
/// <param name="Mean">Mean difference; not a number without pairs.</param>
/// <param name="HalfWidth">Half of the 95 % interval: t(.975, n − 1)·s/√n; not a number below two pairs.</param>
internal sealed record PairedDifference(int Count, double Mean, double HalfWidth)
{
    private const double Confidence = 0.95;

    /// <summary>Compares values by seed; values that are not finite take no part.</summary>
    public static PairedDifference Of(IReadOnlyDictionary<int, double> arm, IReadOnlyDictionary<int, double> reference)
    {
        double[] differences = [.. arm.Where(value => reference.ContainsKey(value.Key)).Select(value => value.Value - reference[value.Key]).Where(double.IsFinite)];
        int n = differences.Length;
        (double mean, double deviation) = differences.MeanStandardDeviation();
        return new PairedDifference(n, mean, n < 2 ? double.NaN : StudentT.InvCDF(location: 0, scale: 1, freedom: n - 1, (1 + Confidence) / 2) * deviation / Math.Sqrt(n));
    }
}
