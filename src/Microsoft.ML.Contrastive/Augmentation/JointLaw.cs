namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// How much two views of a positive pair differ in one positive parameter: the distribution of ln(second / first), on [−bound, bound] with
/// bound = ln(max / min). Derive from it for a law of your own; <see cref="JointDistribution"/> checks it before it is used.
/// </summary>
/// <remarks>
/// The laws at hand: <see cref="BetaLaw"/> (the family of the JointCrop paper, AAAI-25), <see cref="FixedRatioLaw"/>,
/// <see cref="IndependentLaw"/> and <see cref="ReleasedLaw"/>.
/// </remarks>
public abstract record JointLaw
{
    /// <summary>The quantile function of the log ratio.</summary>
    /// <param name="probability">A probability, in (0, 1).</param>
    /// <param name="bound">ln(max / min), positive.</param>
    /// <returns>The log ratio that is not exceeded with that probability, in [−bound, bound]; it never falls as the probability grows.</returns>
    public abstract double Quantile(double probability, double bound);

    /// <summary>The density of the log ratio.</summary>
    /// <param name="logRatio">ln(second / first).</param>
    /// <param name="bound">ln(max / min), positive.</param>
    /// <returns>The density, 0 outside [−bound, bound].</returns>
    public abstract double Density(double logRatio, double bound);

    /// <summary>Throws when the law and a range of values do not go together.</summary>
    /// <remarks>
    /// As it stands it checks a law of your own: the quantile never falls and stays within the bound, and the density is the quantile's (a star of
    /// more than two views draws from the density, pairs from the quantile). A law without a density, such as one that takes single values, overrides it.
    /// </remarks>
    /// <param name="bound">ln(max / min), positive.</param>
    /// <exception cref="ArgumentException">The law needs another range, or is no distribution on it; the message says where it fails.</exception>
    public virtual void Validate(double bound)
    {
        // Only the laws of other people can be wrong in this way; ours override the method. The ends are the outermost numbers that are drawn.
        const int Steps = 512;
        const double Outermost = 1.0 / (1UL << 54);
        double previous = CheckedQuantile(Outermost, bound, double.NegativeInfinity), mass = 0, deviation = 0;
        for (int i = 1; i <= Steps; i++)
        {
            double next = CheckedQuantile(Math.Min((double)i / Steps, 1 - (2 * Outermost)), bound, previous);

            // Between two quantiles lies as much of the density as between their probabilities, however narrow the law. Three-point Gauss–Legendre
            // quadrature: it does not look at the ends, where a gap in the law begins.
            double centre = 0.5 * (previous + next), half = 0.5 * (next - previous), node = half * Math.Sqrt(0.6);
            double part = half / 9 * ((5 * CheckedDensity(centre - node, bound)) + (8 * CheckedDensity(centre, bound)) + (5 * CheckedDensity(centre + node, bound)));
            mass += part;
            deviation += Math.Abs(part - (1.0 / Steps));
            previous = next;
        }

        if (Math.Abs(mass - 1) > 0.05)
            throw Invalid($"its density integrates to {mass:0.###} over the range of its quantiles, not to 1");
        if (deviation > 0.05)
            throw Invalid($"its density is not that of its quantiles: {deviation:0.###} of the probability lies elsewhere");
    }

    private double CheckedQuantile(double probability, double bound, double previous)
    {
        double logRatio = Quantile(probability, bound);
        if (!(Math.Abs(logRatio) <= bound * (1 + 1e-12)))
            throw Invalid($"its quantile at {probability} is {logRatio}, outside of ±{bound}");
        return logRatio >= previous ? logRatio : throw Invalid($"its quantile falls from {previous} to {logRatio} at {probability}");
    }

    private double CheckedDensity(double logRatio, double bound)
    {
        double density = Density(logRatio, bound);
        return density >= 0 && double.IsFinite(density) ? density : throw Invalid($"its density at {logRatio} is {density}");
    }

    private ArgumentException Invalid(FormattableString what) =>
        new($"Law is {this}, which is no distribution of a log ratio: {FormattableString.Invariant(what)}. Mend Quantile and Density, or use one of the laws at hand.");
}
