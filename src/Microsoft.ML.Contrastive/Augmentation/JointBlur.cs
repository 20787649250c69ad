namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Who throws the coin that decides whether a view is blurred.</summary>
public enum BlurCoin
{
    /// <summary>Each view its own, as in the baseline: the joint law then acts where both views of a pair are blurred.</summary>
    PerView,

    /// <summary>The views of a pair (of the whole star) one together: all are blurred or none. The probability is the first view's.</summary>
    PerPair,
}

/// <summary>JointBlur (AAAI-25): the σ of the views of a pair are drawn together, so that their ratio follows a chosen law.</summary>
/// <remarks>With the same seed, coins are those of <see cref="GaussianBlur"/> (the first view's for <see cref="BlurCoin.PerPair"/>).</remarks>
public sealed record JointBlur : BlurStep
{
    private const int ViewsOnStack = 16;

    private Derived<JointDistribution> _sigmas;

    /// <summary>The parameter of the paper's family: shorthand for <c>Law = new BetaLaw(β)</c>. NaN while <see cref="Law"/> is of another family.</summary>
    /// <value>The default value is 0 (JointCrop paper, AAAI-25).</value>
    public double Beta
    {
        get => Law is BetaLaw family ? family.Beta : double.NaN;
        init => Law = new BetaLaw(Setting.Finite(value));
    }

    /// <summary>The law of the log ratio of the σ of two views.</summary>
    /// <value>The default value is <c>new BetaLaw(0)</c>.</value>
    public JointLaw Law
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            _sigmas = default;
        }
    }
    = new BetaLaw();

    /// <summary>Probability that a view is blurred: one for all views, or one for each (MoCo v3 and BYOL: 1 and 0.1).</summary>
    /// <value>The default value is 0.5.</value>
    public ViewProbabilities Probability
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = DefaultProbability;

    /// <summary>Who throws the coin.</summary>
    /// <value>The default value is <see cref="BlurCoin.PerView"/>, as in the baseline.</value>
    public BlurCoin Coin { get; init => field = Setting.Defined(value); } = BlurCoin.PerView;

    /// <summary>How the pair law is carried to more than two views.</summary>
    /// <value>The default value is <see cref="ViewPairing.Star"/>.</value>
    public ViewPairing Pairing { get; init => field = Setting.Defined(value); } = ViewPairing.Star;

    /// <inheritdoc/>
    public override int MinimumViews => 2;

    private JointDistribution Sigmas => _sigmas.Get(this, static step => new JointDistribution(step.SigmaRange.Min, step.SigmaRange.Max, step.Law));

    /// <inheritdoc/>
    public override void Validate(int viewCount)
    {
        Pairing.Validate(viewCount);
        if (Probability.Count != 1 && Probability.Count != viewCount)
            throw new ArgumentException($"Probability lists {Probability.Count} values for {viewCount} views; give one for all or one for each.");
        if (SigmaRange.Min == SigmaRange.Max)
            throw Setting.OutOfRange(nameof(SigmaRange), SigmaRange, "0 < Min < Max for a joint law");
        _ = Sigmas;
    }

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        Span<double> sigmas = targets.Length <= ViewsOnStack ? stackalloc double[targets.Length] : new double[targets.Length];
        Span<double> coins = targets.Length <= ViewsOnStack ? stackalloc double[targets.Length] : new double[targets.Length];
        for (int k = 0; k < targets.Length; k++)
        {
            RandomSequence random = context.View(targets[k]);
            (sigmas[k], coins[k]) = (random.NextDouble(), random.NextDouble());
        }

        Sigmas.Sample(sigmas, sigmas, Pairing);
        for (int k = 0; k < targets.Length; k++)
        {
            int thrower = Coin == BlurCoin.PerView ? k : Pairing == ViewPairing.Star ? 0 : k - (k % 2);
            Set(ref views[targets[k]], coins[thrower] < Probability[thrower], sigmas[k]);
        }
    }

    private protected override void OnSigmaRangeChanged() => _sigmas = default;
}
