namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>The Kolmogorov–Smirnov test of samples against a distribution function.</summary>
internal static class Kolmogorov
{
    /// <summary>√n times the distance that is exceeded with probability 2·exp(−2·2.2²) ≈ 1e-4. Seeds are fixed: a test that passes once always does.</summary>
    private const double Critical = 2.2;

    public static double Distance(double[] samples, Func<double, double> cdf)
    {
        double[] sorted = [.. samples.Order()];
        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double expected = cdf(sorted[i]);
            distance = Math.Max(distance, Math.Max(expected - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - expected));
        }

        return distance;
    }

    public static void AssertFollows(double[] samples, Func<double, double> cdf)
    {
        double distance = Distance(samples, cdf), bound = Critical / Math.Sqrt(samples.Length);
        Assert.True(distance < bound, $"Kolmogorov distance {distance:G4}, bound {bound:G4} for {samples.Length} samples.");
    }
}
