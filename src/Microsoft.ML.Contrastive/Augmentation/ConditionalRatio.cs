namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// The distribution of the log ratio u = ln(s_k / s_1) given s_1: what the star of N views draws from. In units of min, with
/// ρ = max / min = e^b and x = s_1 / min.
/// </summary>
/// <remarks>
/// Given u, s_1 is uniform on an interval of length e^(b−u) − 1 (u ≥ 0) or e^b − e^(−u) (u &lt; 0), so given s_1 the density of u is
/// proportional to f(u) / length(u) on [−ln x, b − ln x]. The length vanishes at ±b; in the coordinates t = −ln(1 − e^(u−b)) for u ≥ 0 and
/// t = −ln(e^(b+u) − 1) for u &lt; 0 it drops out: f(u)/length(u) du is f dt above and ρ⁻¹ f dt below. A law with constant f, such as
/// β = 0, is then integrated in closed form, and every other one is smooth enough to integrate numerically once and for all.
/// </remarks>
internal sealed class ConditionalRatio
{
    // Where s_1 is min or max to the last digit, t is infinite; e^(−700) is beyond any digit of a double and still finite.
    private const double Farthest = 700;

    // From here on max is so far above s_1, or s_1 above min, that 1 − their ratio loses digits.
    private const double WideFrom = 1000;

    private readonly double _bound, _ratio;
    private readonly CumulativeIntegral _above, _below;

    public ConditionalRatio(JointLaw law, double bound)
    {
        (_bound, _ratio) = (bound, Math.Exp(bound));
        double startAbove = CoordinateAbove(0), startBelow = -Math.Log(Expm1(bound));
        if (law is BetaLaw { Beta: 0 } or ReleasedLaw)
        {
            double reach = law is ReleasedLaw released ? released.Reach(bound) : bound, density = 0.5 / reach;
            _above = CumulativeIntegral.OfConstant(density, startAbove, Math.Min(Farthest, CoordinateAbove(reach)));
            _below = CumulativeIntegral.OfConstant(density, startBelow, Math.Min(Farthest, CoordinateBelow(-reach)));
            return;
        }

        // Panel edges where the law has its mass, so that no narrow peak falls between the nodes.
        List<double> above = [], below = [];
        foreach (double p in (ReadOnlySpan<double>)[1e-15, 1e-9, 1e-6, 1e-4, 1e-3, .01, .05, .1, .2, .3, .4, .45, .49, .499, .4999, .499999])
        {
            above.Add(CoordinateAbove(law.Quantile(1 - p, bound)));
            below.Add(CoordinateBelow(law.Quantile(p, bound)));
        }

        _above = new CumulativeIntegral(t => law.Density(RatioAbove(t), bound), startAbove, Farthest, above);
        _below = new CumulativeIntegral(t => law.Density(RatioBelow(t), bound), startBelow, Farthest, below);
    }

    /// <summary>The log ratio that is not exceeded with the given probability.</summary>
    /// <param name="first">s_1 / min, in [1, ρ].</param>
    /// <param name="probability">In (0, 1).</param>
    public double Quantile(double first, double probability)
    {
        double above = _above.Evaluate(Math.Min(Farthest, first < WideFrom ? -Math.Log((first - 1) / first) : MinusLog1m(1 / first)));
        double below = _below.Evaluate(Math.Min(Farthest, -Math.Log(Math.Max(0, _ratio - first) / first))) / _ratio;
        double target = (probability * (above + below)) - below;
        return target >= 0
            ? RatioAbove(_above.Invert(target))
            : RatioBelow(_below.Invert(-target * _ratio));
    }

    private double CoordinateAbove(double logRatio)
    {
        double left = Math.Exp(logRatio - _bound);
        return left * WideFrom > 1 ? -Math.Log(-Expm1(logRatio - _bound)) : MinusLog1m(left);
    }

    private double CoordinateBelow(double logRatio) => -Math.Log(Expm1(_bound + logRatio));

    private double RatioAbove(double t) => _bound + Math.Log(-Expm1(-t));

    private double RatioBelow(double t) => Math.Log(1 + Math.Exp(-t)) - _bound;

    /// <summary>−ln(1 − x) for small x, where 1 − x has lost the digits of x.</summary>
    private static double MinusLog1m(double x) => 2 * Math.Atanh(x / (2 - x));

    /// <summary>e^x − 1 without cancellation near 0, where <see cref="double.ExpM1"/> has it.</summary>
    private static double Expm1(double x) => Math.Abs(x) < 0.5 ? 2 * Math.Exp(0.5 * x) * Math.Sinh(0.5 * x) : Math.Exp(x) - 1;
}
