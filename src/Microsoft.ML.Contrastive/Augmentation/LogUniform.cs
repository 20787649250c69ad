namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A positive number whose logarithm is uniform.</summary>
internal static class LogUniform
{
    public static double Quantile(double probability, (double Min, double Max) range)
    {
        double low = Math.Log(range.Min);
        return Math.Exp(low + (probability * (Math.Log(range.Max) - low)));
    }
}
