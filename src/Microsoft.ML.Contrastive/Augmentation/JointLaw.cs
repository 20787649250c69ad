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
    /// <param name="bound">ln(max / min), positive.</param>
    /// <exception cref="ArgumentException">The law needs another range, or is no distribution on it.</exception>
    public virtual void Validate(double bound)
    {
        // Only the laws of other people can be wrong in this way; ours override the method or pass in a few microseconds.
        const int Steps = 512;
        double previous = double.NegativeInfinity, mass = 0;
        for (int i = 0; i < Steps; i++)
        {
            double probability = (i + 0.5) / Steps;
            double logRatio = Quantile(probability, bound);
            if (!(Math.Abs(logRatio) <= bound * (1 + 1e-12)))
                throw Invalid($"its quantile at {probability} is {logRatio}, outside of ±{bound}");
            if (logRatio < previous)
                throw Invalid($"its quantile falls from {previous} to {logRatio} at {probability}");
            previous = logRatio;

            // The density must be the quantile's: integrated by midpoints over the whole range it gives 1.
            double density = Density(bound * ((2 * probability) - 1), bound);
            if (!(density >= 0))
                throw Invalid($"its density at {bound * ((2 * probability) - 1)} is {density}");
            mass += density * 2 * bound / Steps;
        }

        if (Math.Abs(mass - 1) > 0.05)
            throw Invalid($"its density integrates to {mass:0.###}, not to 1");
    }

    private ArgumentException Invalid(FormattableString what) =>
        new($"{this} is no distribution of a log ratio: {FormattableString.Invariant(what)}.");
}
