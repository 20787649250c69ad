namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// Quantiles of Beta(α, α): where ContrastiveCrop (CVPR 2022, section 3.3) places a crop. Below α = 1 the centre is suppressed, at 1 the law is
/// uniform.
/// </summary>
internal sealed class SymmetricBeta
{
    private const int MostIterations = 60;

    private readonly double _alpha, _logScale;

    public SymmetricBeta(double alpha)
    {
        // I_½ = ½ fixes the constant in front of the series, so no gamma function is needed.
        _alpha = alpha;
        _logScale = -Math.Log(2) + (alpha * Math.Log(4)) - Math.Log(Series(0.5));
    }

    /// <summary>The number that is not exceeded with the given probability.</summary>
    public double Quantile(double probability)
    {
        if (_alpha == 1 || probability == 0.5)
            return probability;
        return probability < 0.5 ? LowerQuantile(probability) : 1 - LowerQuantile(1 - probability);
    }

    /// <summary>
    /// Newton's method for the logarithm of the distribution function as a function of ln x, where it is nearly a straight line of slope α
    /// even where x is far below the smallest double spacing around 0.1.
    /// </summary>
    private double LowerQuantile(double probability)
    {
        double wanted = Math.Log(probability) - _logScale, highest = -Math.Log(2);
        double y = Math.Min(highest, wanted / _alpha);
        for (int i = 0; i < MostIterations; i++)
        {
            double x = Math.Exp(y), series = Series(x);
            double excess = (_alpha * (y + Math.Log(1 - x))) + Math.Log(series) - wanted;

            // d ln I / d ln x = x·density / I; the common factor x^α (1 − x)^α cancels.
            double slope = _alpha / ((1 - x) * series);
            double next = Math.Min(highest, y - (excess / slope));
            if (Math.Abs(next - y) <= 1e-15 * Math.Max(1, Math.Abs(y)))
                return Math.Exp(next);
            y = next;
        }

        return Math.Exp(y);
    }

    /// <summary>I_x(α, α) without its factor x^α (1 − x)^α / (α B(α, α)), for x ≤ ½: a series of positive terms (DLMF 8.17.8).</summary>
    private double Series(double x)
    {
        double term = 1, sum = 1;
        for (int n = 0; term > 1e-17 * sum; n++)
        {
            term *= x * ((2 * _alpha) + n) / (_alpha + 1 + n);
            sum += term;
        }

        return sum;
    }
}
