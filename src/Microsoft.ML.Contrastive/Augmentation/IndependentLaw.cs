namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>No relation: each value is uniform on [min, max] by itself.</summary>
/// <remarks>
/// The log ratio then has the density that follows from it: with ρ = max / min and x = second / first ≤ 1,
/// f(x) = (ρ²x² − 1) / (2x²(ρ − 1)²), and symmetric in ln x. For areas of 0.2–1 the probability of a ratio beyond 2:1 is 28.1 %.
/// </remarks>
public sealed record IndependentLaw : JointLaw
{
    /// <inheritdoc/>
    public override double Quantile(double probability, double bound)
    {
        if (probability > 0.5)
            return -Quantile(1 - probability, bound);

        // F(x) = (ρ²x + 1/x − 2ρ) / (2(ρ − 1)²) for x ≤ 1: a quadratic, whose larger root is the one in [1/ρ, 1]. With ξ = ρx its
        // roots multiply to 1, and acosh gives ln ξ without cancellation.
        double range = Math.Exp(bound) - 1;
        double excess = probability * range / (range + 1) * range;
        double root = Math.Log(1 + excess + Math.Sqrt(excess * (2 + excess)));
        return Math.Min(0, root - bound);
    }

    /// <inheritdoc/>
    public override double Density(double logRatio, double bound)
    {
        double size = Math.Abs(logRatio);
        if (size > bound)
            return 0;

        // x·f(x) with x = e^(−size), in units of min.
        double range = Math.Exp(bound) - 1, ratio = Math.Exp(bound);
        return ((ratio * ratio * Math.Exp(-size)) - Math.Exp(size)) / (2 * range * range);
    }

    /// <inheritdoc/>
    public override void Validate(double bound)
    {
    }
}
