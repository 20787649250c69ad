namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// Quantiles of Beta(α, α): where ContrastiveCrop (CVPR 2022, section 3.3) places a crop. Below α = 1 the centre is suppressed, at 1 the law is
/// uniform.
/// </summary>
internal sealed class SymmetricBeta
{
    private const int MostIterations = 60;

    // Below it x is the leading term of its series to the last digit.
    private const double LinearBelow = -38;

    // Nodes on a stretch of ln p in which ln x moves by about 1: quintic interpolation between them is exact to some 15 digits.
    private const int NodesPerUnit = 64;

    // A law so narrow that its series is long: nobody's positions; each number is worked out by itself.
    private const double MostTabulated = 50;

    private readonly double _alpha, _logScale, _lowest, _step;
    private readonly (double Value, double Slope, double Curvature)[] _nodes;

    public SymmetricBeta(double alpha)
    {
        // I_½ = ½ fixes the constant in front of the series, so no gamma function is needed.
        _alpha = alpha;
        _logScale = -Math.Log(2) + (alpha * Math.Log(4)) - Math.Log(Series(0.5));

        // Newton's method takes a microsecond, and a crop takes two numbers: they are worked out once, on a grid of ln p, with their derivatives.
        double highest = -Math.Log(2);
        _lowest = Math.Max((alpha * LinearBelow) + _logScale, -54 * Math.Log(2));
        int count = alpha > MostTabulated ? 0 : (int)Math.Ceiling((highest - _lowest) / Math.Min(alpha, 1) * NodesPerUnit);
        _step = (highest - _lowest) / Math.Max(count, 1);
        _nodes = count == 0 ? [] : [.. Enumerable.Range(0, count + 1).Select(i => Node(Math.Min(highest, _lowest + (i * _step))))];
    }

    /// <summary>The number that is not exceeded with the given probability.</summary>
    public double Quantile(double probability)
    {
        if (_alpha == 1 || probability == 0.5)
            return probability;
        return probability < 0.5 ? Interpolated(Math.Log(probability)) : 1 - Interpolated(Math.Log(1 - probability));
    }

    private double Interpolated(double logProbability)
    {
        double place = (logProbability - _lowest) / _step;
        if (!(place >= 0) || _nodes.Length == 0)
            return Math.Exp(LogQuantile(logProbability));
        int node = Math.Min((int)place, _nodes.Length - 2);
        double t = place - node, rest = 1 - t;
        (double value, double slope, double curvature) = _nodes[node];
        (double nextValue, double nextSlope, double nextCurvature) = _nodes[node + 1];

        // Hermite's polynomial of degree five, by its distance from either end.
        double fromLeft = value + (t * ((_step * slope) + (3 * value) + (t * ((0.5 * _step * _step * curvature) + (3 * _step * slope) + (6 * value)))));
        double fromRight = nextValue + (rest * ((3 * nextValue) - (_step * nextSlope) + (rest * ((0.5 * _step * _step * nextCurvature) - (3 * _step * nextSlope) + (6 * nextValue)))));
        return Math.Exp((rest * rest * rest * fromLeft) + (t * t * t * fromRight));
    }

    /// <summary>ln x as a function of ln p, and its first two derivatives, from d ln p / d ln x = α / ((1 − x) S).</summary>
    private (double Value, double Slope, double Curvature) Node(double logProbability)
    {
        double y = LogQuantile(logProbability), x = Math.Exp(y), series = Series(x);
        double slope = (1 - x) * series / _alpha;

        // x·S' from the same relation; d slope / d ln p = x · slope · d slope / d x.
        double changeOfSeries = _alpha * (1 - (series * (1 - (2 * x)))) / (1 - x);
        return (y, slope, slope * (((1 - x) * changeOfSeries) - (x * series)) / _alpha);
    }

    /// <summary>
    /// Newton's method for the logarithm of the distribution function as a function of ln x, where it is nearly a straight line of slope α
    /// even where x is far below the smallest double spacing around 0.1.
    /// </summary>
    private double LogQuantile(double logProbability)
    {
        double wanted = logProbability - _logScale, highest = -Math.Log(2);
        double y = Math.Min(highest, wanted / _alpha);
        for (int i = 0; i < MostIterations; i++)
        {
            double x = Math.Exp(y), series = Series(x);
            double excess = (_alpha * (y + Math.Log(1 - x))) + Math.Log(series) - wanted;

            // d ln I / d ln x = x·density / I; the common factor x^α (1 − x)^α cancels.
            double slope = _alpha / ((1 - x) * series);
            double next = Math.Min(highest, y - (excess / slope));
            if (Math.Abs(next - y) <= 1e-15 * Math.Max(1, Math.Abs(y)))
                return next;
            y = next;
        }

        return y;
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
