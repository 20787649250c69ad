namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// Limited-memory BFGS for smooth convex functions (Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989).
/// </summary>
/// <remarks>
/// The line search brackets and bisects for the weak Wolfe conditions. Close to the optimum the decrease drowns in rounding while the gradient still
/// says where to go; there the decrease is judged by slopes instead, as Hager and Zhang (2005, equation 4.1) do. That is what brings the gradient to
/// 1e-9 where implementations that stop on the function's value leave coefficients off in the third digit.
/// </remarks>
internal static class Lbfgs
{
    /// <summary>Pairs of steps and gradient changes that are remembered.</summary>
    private const int Memory = 10;

    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;

    /// <summary>Relative size of what counts as rounding of the function's value.</summary>
    private const double Rounding = 1e-12;

    private const int LongestLineSearch = 50;

    /// <summary>Where the search ended.</summary>
    public readonly record struct Result(double[] Point, double Value, double LargestGradientEntry, int Iterations);

    /// <summary>Writes the gradient at a point and returns the value there.</summary>
    public delegate double Objective(double[] point, double[] gradient);

    public static Result Minimise(Objective objective, double[] start, double gradientTolerance, int maximumIterations)
    {
        var size = start.Length;
        var (point, gradient) = ((double[])start.Clone(), new double[size]);
        var (trial, trialGradient, direction) = (new double[size], new double[size], new double[size]);
        var history = new List<(double[] Step, double[] Change, double InverseProduct)>();
        var value = objective(point, gradient);

        var iteration = 0;
        for (; iteration < maximumIterations && LargestEntry(gradient) > gradientTolerance; iteration++)
        {
            Descend(history, gradient, direction);
            var slope = Dot(gradient, direction);
            var (low, high) = (0.0, double.PositiveInfinity);
            var length = history.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient)));
            double trialValue;
            var attempts = 0;
            while (true)
            {
                for (var i = 0; i < size; i++)
                    trial[i] = point[i] + (length * direction[i]);
                trialValue = objective(trial, trialGradient);
                var trialSlope = Dot(trialGradient, direction);
                var decreases = trialValue <= value + (SufficientDecrease * length * slope)
                    || (trialValue <= value + (Rounding * Math.Abs(value)) && trialSlope <= ((2 * SufficientDecrease) - 1) * slope);
                if (!decreases)
                    high = length;
                else if (trialSlope < Curvature * slope)
                    low = length;
                else
                    break;
                if (++attempts == LongestLineSearch)
                    return new Result(point, value, LargestEntry(gradient), iteration);
                length = double.IsInfinity(high) ? 2 * low : (low + high) / 2;
            }

            var (step, change) = (new double[size], new double[size]);
            for (var i = 0; i < size; i++)
                (step[i], change[i]) = (trial[i] - point[i], trialGradient[i] - gradient[i]);
            var product = Dot(step, change);
            if (product > 0)
            {
                if (history.Count == Memory)
                    history.RemoveAt(0);
                history.Add((step, change, 1 / product));
            }

            (point, trial, gradient, trialGradient, value) = (trial, point, trialGradient, gradient, trialValue);
        }

        return new Result(point, value, LargestEntry(gradient), iteration);
    }

    /// <summary>The two-loop recursion: minus the approximate inverse Hessian times the gradient.</summary>
    private static void Descend(List<(double[] Step, double[] Change, double InverseProduct)> history, double[] gradient, double[] direction)
    {
        for (var i = 0; i < gradient.Length; i++)
            direction[i] = -gradient[i];

        var weights = new double[history.Count];
        for (var k = history.Count - 1; k >= 0; k--)
        {
            var (step, change, inverseProduct) = history[k];
            weights[k] = inverseProduct * Dot(step, direction);
            Add(direction, -weights[k], change);
        }

        if (history.Count > 0)
        {
            var (_, change, inverseProduct) = history[^1];
            var scale = 1 / (inverseProduct * Dot(change, change));
            for (var i = 0; i < direction.Length; i++)
                direction[i] *= scale;
        }

        for (var k = 0; k < history.Count; k++)
        {
            var (step, change, inverseProduct) = history[k];
            Add(direction, weights[k] - (inverseProduct * Dot(change, direction)), step);
        }
    }

    private static double LargestEntry(double[] vector) => vector.Max(Math.Abs);

    private static void Add(double[] to, double factor, double[] vector)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] += factor * vector[i];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
