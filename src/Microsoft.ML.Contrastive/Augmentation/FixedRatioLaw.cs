namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The larger of the two values is always the same multiple of the smaller; a coin says which one is larger (JointCrop paper, figure 2).</summary>
/// <param name="Ratio">Larger / smaller: finite, at least 1, at most max / min.</param>
public sealed record FixedRatioLaw(double Ratio) : JointLaw
{
    /// <summary>Larger / smaller: finite, at least 1, at most max / min.</summary>
    public double Ratio { get; init => field = Check(value); } = Check(Ratio);

    /// <inheritdoc/>
    public override double Quantile(double probability, double bound) => probability < 0.5 ? -Math.Log(Ratio) : Math.Log(Ratio);

    /// <inheritdoc/>
    /// <remarks>Infinite at the two values that occur, 0 elsewhere.</remarks>
    public override double Density(double logRatio, double bound) => Math.Abs(logRatio) == Math.Log(Ratio) ? double.PositiveInfinity : 0;

    /// <inheritdoc/>
    public override void Validate(double bound)
    {
        // To within rounding: 1 / 0.2 need not be 5.
        if (Math.Log(Ratio) > bound * (1 + 1e-12))
            throw Setting.OutOfRange(nameof(Ratio), Ratio, FormattableString.Invariant($"at most max / min = {Math.Exp(bound)}"));
    }

    private static double Check(double value) =>
        value >= 1 && double.IsFinite(value) ? value : throw Setting.OutOfRange(nameof(Ratio), value, "a finite number, at least 1");
}
