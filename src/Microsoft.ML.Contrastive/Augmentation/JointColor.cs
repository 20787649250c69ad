namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The colour factors that <see cref="JointColor"/> draws jointly.</summary>
[Flags]
public enum JointFactors
{
    /// <summary>The brightness factor.</summary>
    Brightness = 1,

    /// <summary>The contrast factor.</summary>
    Contrast = 2,

    /// <summary>Both, with independent ratios.</summary>
    Both = Brightness | Contrast,
}

/// <summary>
/// JointColor (AAAI-25): <see cref="ColorJitter"/> whose brightness or contrast factors are drawn jointly over the views, the same law as for
/// areas on the range [1 − B, 1 + B], with B the strength, above 0 and below 1.
/// </summary>
/// <remarks>
/// Each view keeps its own coin for <see cref="ColorStep.Probability"/>, so the law acts where both views of a pair change colour. With the same
/// seed all other numbers are those of <see cref="ColorJitter"/>.
/// </remarks>
public sealed record JointColor : ColorStep
{
    private Derived<JointDistribution> _brightness, _contrast;

    /// <summary>Which factors are drawn jointly.</summary>
    /// <value>The default value is <see cref="JointFactors.Brightness"/>: the better of the two in the paper.</value>
    public JointFactors Factors { get; init => field = Setting.Defined(value); } = JointFactors.Brightness;

    /// <summary>The parameter of the paper's family: shorthand for <c>Law = new BetaLaw(β)</c>. NaN while <see cref="Law"/> is of another family.</summary>
    /// <value>The default value is 0 (JointCrop paper, AAAI-25).</value>
    public double Beta
    {
        get => Law is BetaLaw family ? family.Beta : double.NaN;
        init => Law = new BetaLaw(Setting.Finite(value));
    }

    /// <summary>The law of the log ratio of the factors of two views.</summary>
    /// <value>The default value is <c>new BetaLaw(0)</c>.</value>
    public JointLaw Law
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            OnStrengthChanged();
        }
    }
    = new BetaLaw();

    /// <summary>How the pair law is carried to more than two views.</summary>
    /// <value>The default value is <see cref="ViewPairing.Star"/>.</value>
    public ViewPairing Pairing { get; init => field = Setting.Defined(value); } = ViewPairing.Star;

    /// <inheritdoc/>
    public override int MinimumViews => 2;

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        Pairing.Validate(viewCount);
        if (Factors.HasFlag(JointFactors.Brightness))
        {
            CheckStrength(nameof(Brightness), Brightness);
            _ = JointBrightness;
        }

        if (Factors.HasFlag(JointFactors.Contrast))
        {
            CheckStrength(nameof(Contrast), Contrast);
            _ = JointContrast;
        }
    }

    private JointDistribution JointBrightness => _brightness.Get(this, static step => new(1 - step.Brightness, 1 + step.Brightness, step.Law));

    private JointDistribution JointContrast => _contrast.Get(this, static step => new(1 - step.Contrast, 1 + step.Contrast, step.Law));

    private protected override void DrawFactors(Span<double> brightness, Span<double> contrast)
    {
        if (Factors.HasFlag(JointFactors.Brightness))
            JointBrightness.Sample(brightness, brightness, Pairing);
        else
            DrawIndependent(brightness, Brightness);
        if (Factors.HasFlag(JointFactors.Contrast))
            JointContrast.Sample(contrast, contrast, Pairing);
        else
            DrawIndependent(contrast, Contrast);
    }

    private protected override void OnStrengthChanged() => (_brightness, _contrast) = (default, default);

    private static void CheckStrength(string name, double strength)
    {
        if (!(strength > 0 && strength < 1))
            throw Setting.OutOfRange(name, strength, "above 0 and below 1 for a joint law");
    }
}
