namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// The integral of a function that is not negative, from a start to any t, and its inverse, to some 13 digits: adaptive panels of ten-point
/// Gauss–Legendre quadrature, summed up once.
/// </summary>
internal sealed class CumulativeIntegral
{
    private const double Tolerance = 1e-13;

    // A narrow density passes the rounding of its argument on, magnified, so that the tolerance may be out of reach: a split panel has a
    // thousandth of its length at the end, and the landmarks have put short panels where the mass is.
    private const int DeepestSplit = 10;

    private static readonly double[] Nodes =
        [0.14887433898163121089, 0.43339539412924719080, 0.67940956829902440623, 0.86506336668898451073, 0.97390652851717172008];

    private static readonly double[] Weights =
        [0.29552422471475287017, 0.26926671930999635509, 0.21908636251598204400, 0.14945134915058059315, 0.06667134430868813759];

    private readonly Func<double, double> _function;
    private readonly double[] _edges, _sums;
    private readonly double? _constant;

    /// <summary>Integrates a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="start">Where the integral is 0.</param>
    /// <param name="end">Where the domain ends.</param>
    /// <param name="landmarks">Places where the function may be busy; those outside the domain do not matter.</param>
    public CumulativeIntegral(Func<double, double> function, double start, double end, IEnumerable<double> landmarks)
    {
        _function = function;
        List<double> edges = [start], sums = [0];
        double[] first = [.. landmarks.Concat([start + 1, start + 4, start + 16, start + 64, end]).Where(t => t > start && t <= end).Distinct().Order()];
        foreach (double edge in first)
            Append(edges, sums, edge, Panel(edges[^1], edge), 0);
        (_edges, _sums) = ([.. edges], [.. sums]);
    }

    private CumulativeIntegral(double constant, double start, double end)
    {
        (_function, _constant) = (_ => constant, constant);
        (_edges, _sums) = ([start, end], [0, constant * (end - start)]);
    }

    /// <summary>The integral of a constant, in closed form.</summary>
    public static CumulativeIntegral OfConstant(double constant, double start, double end) => new(constant, start, end);

    /// <summary>The integral from the start to t; beyond the end it stays what it is at the end.</summary>
    public double Evaluate(double t)
    {
        if (t <= _edges[0])
            return 0;
        if (t >= _edges[^1])
            return _sums[^1];
        if (_constant is { } constant)
            return constant * (t - _edges[0]);
        int panel = Find(_edges, t);
        return _sums[panel] + Panel(_edges[panel], t);
    }

    /// <summary>The t at which the integral reaches a value.</summary>
    public double Invert(double sum)
    {
        if (sum <= 0)
            return _edges[0];
        if (sum >= _sums[^1])
            return _edges[^1];
        if (_constant is { } constant)
            return _edges[0] + (sum / constant);

        // Newton inside one panel, held in the bracket by bisection.
        int panel = Find(_sums, sum);
        double left = _edges[panel], low = left, high = _edges[panel + 1], wanted = sum - _sums[panel];
        double t = left + ((high - left) * wanted / (_sums[panel + 1] - _sums[panel]));
        for (int i = 0; i < 60; i++)
        {
            double excess = Panel(left, t) - wanted;
            if (excess > 0)
                high = t;
            else
                low = t;
            double next = t - (excess / _function(t));
            if (!(next >= low && next <= high))
                next = 0.5 * (low + high);
            if (Math.Abs(next - t) <= 1e-15 * Math.Max(1, Math.Abs(t)))
                return next;
            t = next;
        }

        return t;
    }

    /// <summary>Index of the last entry that is not above the value; a flat stretch of sums is left behind.</summary>
    private static int Find(double[] ascending, double value)
    {
        int low = 0, high = ascending.Length - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (ascending[middle] <= value)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private void Append(List<double> edges, List<double> sums, double end, double whole, int depth)
    {
        double start = edges[^1], middle = 0.5 * (start + end);
        double left = Panel(start, middle), right = Panel(middle, end);

        // What is left of a density after underflow has no relative precision to wait for.
        if (depth == DeepestSplit || Math.Abs(left + right - whole) <= Math.Max(Tolerance * (left + right), 1e-280))
        {
            edges.Add(end);
            sums.Add(sums[^1] + left + right);
            return;
        }

        Append(edges, sums, middle, left, depth + 1);
        Append(edges, sums, end, right, depth + 1);
    }

    private double Panel(double start, double end)
    {
        double half = 0.5 * (end - start), centre = 0.5 * (start + end), sum = 0;
        for (int i = 0; i < Nodes.Length; i++)
            sum += Weights[i] * (_function(centre - (half * Nodes[i])) + _function(centre + (half * Nodes[i])));
        return half * sum;
    }
}
