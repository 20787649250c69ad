namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A crop whose areas come from a joint law: <see cref="JointCrop"/>, or its marginal alone: <see cref="MarginalOnlyCrop"/>.</summary>
public abstract record JointAreaCrop : AreaCrop
{
    private Derived<JointDistribution> _areas;

    private protected JointAreaCrop()
    {
    }

    /// <summary>The parameter of the paper's family: shorthand for <c>Law = new BetaLaw(β)</c>. NaN while <see cref="Law"/> is of another family.</summary>
    /// <value>The default value is 0 (JointCrop paper, AAAI-25).</value>
    public double Beta
    {
        get => Law is BetaLaw family ? family.Beta : double.NaN;
        init => Law = new BetaLaw(Setting.Finite(value));
    }

    /// <summary>The law of the log of the area ratio of two views.</summary>
    /// <value>The default value is <c>new BetaLaw(0)</c>.</value>
    public JointLaw Law
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            _areas = default;
        }
    }
    = new BetaLaw();

    /// <summary>The joint distribution of the areas.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A <see cref="RandomCrop.Scale"/> without extent, or a law that does not go with it.</exception>
    internal JointDistribution Areas => _areas.Get(this, static step => new JointDistribution(step.Scale.Min, step.Scale.Max, step.Law));

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        if (Scale.Min == Scale.Max)
            throw Setting.OutOfRange(nameof(Scale), Scale, "0 < Min < Max <= 1 for a joint law");
        _ = Areas;
    }

    private protected sealed override void OnScaleChanged() => _areas = default;
}
