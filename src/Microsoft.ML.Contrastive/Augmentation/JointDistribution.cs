namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>How a pair law is carried to more than two views.</summary>
public enum ViewPairing
{
    /// <summary>
    /// Every view k is paired with the first: its value is drawn from p(s_k | s_1), independently of the others given s_1. Every pair (1, k)
    /// has exactly the pair law; pairs without view 1 follow from it.
    /// </summary>
    Star,

    /// <summary>Views 1 and 2, 3 and 4, … are pairs, independent of one another. The number of views must be even.</summary>
    DisjointPairs,
}

/// <summary>
/// The joint distribution of one positive parameter (crop area, blur σ, brightness factor) over the views of a row: a range of values and
/// the law of the log ratio between two of them.
/// </summary>
/// <remarks>
/// With u drawn from the law, s_1 is uniform on [max(min, min/e^u), min(max/e^u, max)] and s_2 = s_1·e^u (JointCrop paper, AAAI-25,
/// section 3), so both stay in the range and no draw is ever rejected. <see cref="IndependentLaw"/> draws both values uniformly instead.
/// </remarks>
public sealed class JointDistribution : IEquatable<JointDistribution>
{
    // Values are uniform on a part of the range: next to the largest, those near the smallest are beyond the digits of a number beyond it.
    private const double MostRatio = 1e15;

    private readonly Lazy<ConditionalRatio> _conditional;

    /// <summary>Describes a joint distribution.</summary>
    /// <param name="min">Smallest value: positive.</param>
    /// <param name="max">Largest value: finite, above <paramref name="min"/>, at most 1e15 times it.</param>
    /// <param name="law">Law of the log ratio.</param>
    /// <exception cref="ArgumentOutOfRangeException">An empty or non-positive range, or a law that does not go with it.</exception>
    public JointDistribution(double min, double max, JointLaw law)
    {
        ArgumentNullException.ThrowIfNull(law);
        if (!(min > 0 && min < max && double.IsFinite(max)))
            throw Setting.OutOfRange("range", (min, max), "0 < min < max, both finite, for a joint law");
        if (!(max / min <= MostRatio))
            throw Setting.OutOfRange("range", (min, max), FormattableString.Invariant($"max / min up to {MostRatio:0E+0} for a joint law"));
        (Min, Max, Law, Bound) = (min, max, law, Math.Log(max / min));
        law.Validate(Bound);
        _conditional = new(() => new ConditionalRatio(law, Bound));
    }

    /// <summary>Smallest value.</summary>
    public double Min { get; }

    /// <summary>Largest value.</summary>
    public double Max { get; }

    /// <summary>Law of the log ratio.</summary>
    public JointLaw Law { get; }

    /// <summary>The largest log ratio that the range allows: ln(max / min).</summary>
    public double Bound { get; }

    /// <summary>The values of all views of a row.</summary>
    /// <param name="uniforms">One number in (0, 1) a view. View 2's decides the ratio of the first pair, view 1's the place of the pair in the range.</param>
    /// <param name="values">Receives one value a view, in [min, max]. May be the same memory as <paramref name="uniforms"/>.</param>
    /// <param name="pairing">How the pair law is carried to more than two views.</param>
    /// <exception cref="ArgumentException">Lengths that differ, fewer than two views, or an odd number of views for disjoint pairs.</exception>
    public void Sample(ReadOnlySpan<double> uniforms, Span<double> values, ViewPairing pairing = ViewPairing.Star)
    {
        if (uniforms.Length < 2 || values.Length != uniforms.Length || (pairing == ViewPairing.DisjointPairs && uniforms.Length % 2 != 0))
        {
            throw new ArgumentException(
                $"A joint law takes one number a view and at least two views (an even number for disjoint pairs); it was given {uniforms.Length} numbers for {values.Length} values.");
        }

        for (int k = 0; k < values.Length; k += 2)
        {
            if (k == 0 || pairing == ViewPairing.DisjointPairs)
            {
                (values[k], values[k + 1]) = Pair(uniforms[k], uniforms[k + 1]);
            }
            else
            {
                values[k] = Conditional(values[0], uniforms[k]);
                if (k + 1 < values.Length)
                    values[k + 1] = Conditional(values[0], uniforms[k + 1]);
            }
        }
    }

    /// <summary>The values of one pair.</summary>
    /// <param name="first">A number in (0, 1): where the pair lies in the range.</param>
    /// <param name="second">A number in (0, 1): the log ratio, through the law's quantile function.</param>
    public (double First, double Second) Pair(double first, double second)
    {
        if (Law is IndependentLaw)
            return (Uniform(first), Uniform(second));
        double ratio = Math.Exp(Law.Quantile(second, Bound));
        double value = Place(first, ratio);
        return (value, Math.Clamp(value * ratio, Min, Max));
    }

    /// <summary>One value alone, as it is distributed in a pair.</summary>
    /// <remarks>The marginal is a mixture of uniform distributions, one for each ratio; drawing the ratio and forgetting it samples the mixture exactly.</remarks>
    /// <param name="place">A number in (0, 1): where the value lies in what the ratio leaves of the range.</param>
    /// <param name="ratio">A number in (0, 1): the log ratio to a partner that is not used.</param>
    public double Marginal(double place, double ratio) =>
        Law is IndependentLaw ? Uniform(place) : Place(place, Math.Exp(Law.Quantile(ratio, Bound)));

    /// <summary>A value given the first view's: the quantile function of p(s_k | s_1).</summary>
    /// <param name="first">The first view's value, in [min, max].</param>
    /// <param name="probability">A number in (0, 1).</param>
    public double Conditional(double first, double probability) => Law switch
    {
        IndependentLaw => Uniform(probability),
        FixedRatioLaw fixedRatio => ConditionalOnFixedRatio(first, probability, fixedRatio.Ratio),
        _ => Math.Clamp(first * Math.Exp(_conditional.Value.Quantile(first / Min, probability)), Min, Max),
    };

    /// <inheritdoc/>
    public bool Equals(JointDistribution? other) => other is not null && (Min, Max, Law) == (other.Min, other.Max, other.Law);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JointDistribution);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Min, Max, Law);

    /// <summary>Range and law, so that a step with a joint distribution prints as completely as those of this library.</summary>
    public override string ToString() => FormattableString.Invariant($"{Law} on {Min} to {Max}");

    private double Uniform(double probability) => Min + (probability * (Max - Min));

    private double Place(double probability, double ratio)
    {
        double low = Math.Max(Min, Min / ratio), high = Math.Min(Max / ratio, Max);
        // Nothing is left of the range at ratio = max / min, or less than nothing by rounding.
        return low + (probability * Math.Max(0, high - low));
    }

    /// <summary>Two values are possible at most; each is as likely as its interval for the first value is short.</summary>
    private double ConditionalOnFixedRatio(double first, double probability, double ratio)
    {
        const double Rounding = 1e-12;
        double below = first / ratio, above = first * ratio;
        bool reachesBelow = below >= Min * (1 - Rounding), reachesAbove = above <= Max * (1 + Rounding);
        if (!reachesBelow || !reachesAbove)
            return Math.Clamp(reachesBelow ? below : above, Min, Max);
        double weightBelow = 1 / (Max - (Min * ratio)), weightAbove = 1 / ((Max / ratio) - Min);
        return Math.Clamp(probability * (weightBelow + weightAbove) < weightBelow ? below : above, Min, Max);
    }
}
