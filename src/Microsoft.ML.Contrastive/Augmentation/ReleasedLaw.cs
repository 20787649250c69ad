namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// The law of the authors' released code (github.com/btzyd/JointCrop), for reproducing its runs: uniform like β = 0, but on a narrower
/// range, because it takes ln(max / min − offset) for the bound.
/// </summary>
/// <param name="Offset">What is subtracted: finite, at least 0, less than max / min − 1.</param>
public sealed record ReleasedLaw(double Offset) : JointLaw
{
    /// <summary>The offset of the versions up to April 2025.</summary>
    public const double Offset2024 = 0.01;

    /// <summary>The offset since May 2025.</summary>
    public const double Offset2025May = 0.1;

    /// <summary>What is subtracted from max / min: finite, at least 0, less than max / min − 1.</summary>
    public double Offset { get; init => field = Setting.AtLeastZero(value); } = Setting.AtLeastZero(Offset);

    /// <inheritdoc/>
    public override double Quantile(double probability, double bound) => Reach(bound) * ((2 * probability) - 1);

    /// <inheritdoc/>
    public override double Density(double logRatio, double bound)
    {
        double reach = Reach(bound);
        return Math.Abs(logRatio) <= reach ? 0.5 / reach : 0;
    }

    /// <inheritdoc/>
    public override void Validate(double bound)
    {
        if (Offset >= Math.Exp(bound) - 1)
            throw Setting.OutOfRange(nameof(Offset), Offset, FormattableString.Invariant($"less than max / min - 1 = {Math.Exp(bound) - 1}"));
    }

    /// <summary>The largest log ratio that occurs.</summary>
    internal double Reach(double bound) => Math.Log(Math.Exp(bound) - Offset);
}
