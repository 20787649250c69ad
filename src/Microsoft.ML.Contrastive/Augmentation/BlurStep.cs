namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>What the blur steps have in common.</summary>
public abstract record BlurStep : AugmentationStep
{
    /// <summary>Default of <see cref="SigmaRange"/>, lower end (all methods).</summary>
    public const double DefaultMinSigma = 0.1;

    /// <summary>Default of <see cref="SigmaRange"/>, upper end (all methods).</summary>
    public const double DefaultMaxSigma = 2;

    /// <summary>Default probability that a view is blurred (SimCLR, MoCo v2, SimSiam).</summary>
    public const double DefaultProbability = 0.5;

    private protected BlurStep()
    {
    }

    /// <summary>Range of σ in pixels of the view: 0 &lt; Min ≤ Max.</summary>
    /// <value>The default value is (0.1, 2).</value>
    public (double Min, double Max) SigmaRange
    {
        get;
        init
        {
            field = Setting.PositiveRange(value);
            OnSigmaRangeChanged();
        }
    }
    = (DefaultMinSigma, DefaultMaxSigma);

    /// <summary>What σ means: the preset's authors decide.</summary>
    /// <value>The default value is <see cref="BlurOperator.PilRadius"/> (MoCo v2 and v3, SimSiam, DINO).</value>
    public BlurOperator Operator { get; init => field = Setting.Defined(value); } = BlurOperator.PilRadius;

    /// <inheritdoc/>
    public sealed override RecipeStage Stage => RecipeStage.Blur;

    /// <inheritdoc/>
    public sealed override string RandomName => "blur";

    private protected void Set(ref ViewRecipe view, bool blurred, double sigma)
    {
        view.BlurOperator = Operator;
        view.BlurSigma = blurred ? (float)sigma : 0;
    }

    private protected virtual void OnSigmaRangeChanged()
    {
    }
}
