namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The family of laws of the JointCrop paper (AAAI-25, section 3), with one parameter β.</summary>
/// <remarks>
/// β = 0: the log ratio is uniform on [−b, b], b = ln(max / min). β &gt; 0: normal around 0 with standard deviation b/β before its
/// truncation to [−b, b], so large β makes the two values alike. β &lt; 0: the same with −β, then turned inside out (x becomes b − x for
/// x ≥ 0 and −b − x for x &lt; 0), so large −β makes them as different as they can be.
/// </remarks>
/// <param name="Beta">Any finite number.</param>
public sealed record BetaLaw(double Beta = BetaLaw.DefaultBeta) : JointLaw
{
    /// <summary>Default of <see cref="Beta"/>: the paper's own.</summary>
    public const double DefaultBeta = 0;

    // Of the normal distribution before its truncation: every draw needs them, and they take longer than the rest of it.
    private readonly (double Inside, double Outside) _mass = NormalMass(Beta);

    /// <summary>The parameter of the family: any finite number.</summary>
    /// <value>The default value is 0, as in the paper: the log ratio is uniform.</value>
    public double Beta
    {
        get;
        init
        {
            field = Setting.Finite(value);
            _mass = NormalMass(value);
        }
    }
    = Setting.Finite(Beta);

    /// <inheritdoc/>
    public override double Quantile(double probability, double bound)
    {
        if (Beta == 0)
            return bound * ((2 * probability) - 1);
        bool below = probability < 0.5;
        double tail = below ? probability : 1 - probability, centre = Math.Abs(probability - 0.5);
        double size = Beta > 0 ? Size(centre, tail, bound) : bound - Size(tail, centre, bound);
        return below ? -size : size;
    }

    /// <inheritdoc/>
    public override double Density(double logRatio, double bound)
    {
        double size = Math.Abs(logRatio);
        if (size > bound)
            return 0;
        if (Beta == 0)
            return 0.5 / bound;
        double beta = Math.Abs(Beta);
        double z = beta * (Beta > 0 ? size : bound - size) / bound;
        return beta / bound * Math.Exp(-0.5 * z * z) / (Math.Sqrt(2 * Math.PI) * _mass.Inside);
    }

    /// <inheritdoc/>
    public override void Validate(double bound)
    {
    }

    /// <summary>
    /// How far from 0 the truncated normal is at probability 1/2 + centre, where centre + tail = 1/2. The mass within ±z is
    /// 2·centre·erf(|β|/√2); what is left outside is written as a sum of positive terms, so that no digit is lost for large |β|.
    /// </summary>
    private double Size(double centre, double tail, double bound)
    {
        double z = NormalDistribution.Quantile(centre * _mass.Inside, tail + (centre * _mass.Outside));
        return Math.Min(bound, bound * (z / Math.Abs(Beta)));
    }

    private static (double Inside, double Outside) NormalMass(double beta)
    {
        double edge = Math.Abs(beta) / Math.Sqrt(2);
        return (NormalDistribution.Erf(edge), NormalDistribution.Erfc(edge));
    }
}
