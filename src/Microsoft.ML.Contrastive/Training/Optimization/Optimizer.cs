using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// How weights are moved along their gradients: an immutable description, of which there are <see cref="Sgd"/>, <see cref="Lars"/>,
/// <see cref="AdamW"/> and <see cref="Adam"/>.
/// </summary>
public abstract record Optimizer
{
    /// <summary>The batch for which published learning rates are stated (Goyal et al., "Accurate, Large Minibatch SGD", section 2.1).</summary>
    public const int ReferenceBatchSize = 256;

    private protected Optimizer()
    {
    }

    /// <summary>The peak learning rate, at 256 images a step unless <see cref="LearningRateScaling"/> is none.</summary>
    /// <value>Above 0. The default depends on the optimiser.</value>
    public double LearningRate { get; init; }

    /// <summary>How the learning rate follows the batch size, by which is meant the images of an optimiser step: with gradient accumulation, those of all its micro-batches.</summary>
    /// <value>The default value is <see cref="LearningRateScaling.Linear"/>, for <see cref="Adam"/> <see cref="LearningRateScaling.None"/>.</value>
    public LearningRateScaling LearningRateScaling { get; init; } = LearningRateScaling.Linear;

    /// <summary>The strength of weight decay: the factor of ‖w‖²/2 in the loss, for <see cref="AdamW"/> the decoupled decay per unit of learning rate.</summary>
    /// <value>0 or above. The default depends on the optimiser.</value>
    public double WeightDecay { get; init; }

    /// <summary>Weight decay at the end of training, reached along half a cosine (DINO, section 3.2: from 0.04 to 0.4).</summary>
    /// <value>The default value is <see langword="null"/>: weight decay stays as it is.</value>
    public double? FinalWeightDecay { get; init; }

    /// <summary>Which parameters are spared weight decay.</summary>
    /// <value>The default value is <see cref="ParameterExclusion.None"/>, for <see cref="Lars"/> <see cref="ParameterExclusion.AtMostOneDimension"/>.</value>
    public ParameterExclusion WeightDecayExclusion { get; init; }

    /// <summary>A bound on the gradients before each step.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public GradientClipping? GradientClipping { get; init; }

    /// <summary>The peak learning rate for a batch of this size.</summary>
    internal double PeakLearningRate(int batchSize) => LearningRateScaling switch
    {
        LearningRateScaling.Linear => LearningRate * batchSize / ReferenceBatchSize,
        LearningRateScaling.SquareRoot => LearningRate * Math.Sqrt((double)batchSize / ReferenceBatchSize),
        _ => LearningRate,
    };

    /// <summary>Weight decay before step <paramref name="step"/> of <paramref name="totalSteps"/>.</summary>
    internal double WeightDecayAt(long step, long totalSteps) => FinalWeightDecay is { } final
        ? final + ((WeightDecay - final) * (1 + Math.Cos(Math.PI * step / totalSteps)) / 2)
        : WeightDecay;

    /// <summary>Throws when a setting is out of its range.</summary>
    internal virtual void Validate()
    {
        Require.Positive(LearningRate);
        Require.Defined(LearningRateScaling);
        Require.NotNegative(WeightDecay);
        Require.NotNegative(FinalWeightDecay ?? 0, nameof(FinalWeightDecay));
        Require.Defined(WeightDecayExclusion);
        GradientClipping?.Validate();
    }

    /// <summary>
    /// Lays the parameters in one buffer and makes the optimiser's state for them. The network must be on its device already.
    /// </summary>
    /// <param name="parameters">What is trained, in the order of the network.</param>
    /// <param name="fixedLearningRate">
    /// The rate of those whose rate is fixed (<see cref="MethodParameter.FixedLearningRate"/>), i.e. <see cref="PeakLearningRate"/>
    /// for the batch in use; by default <see cref="LearningRate"/> as it stands.
    /// </param>
    internal abstract OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null);
}

/// <summary>How the learning rate follows the batch size.</summary>
public enum LearningRateScaling
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Learning rate × batch / 256 (Goyal et al., section 2.1).</summary>
    Linear,

    /// <summary>Learning rate × √(batch / 256) (SimCLR, appendix B.1, whose 0.075 × √batch is a learning rate of 1.2 here).</summary>
    SquareRoot,
}

/// <summary>Parameters that are left out of weight decay (and, by <see cref="Lars"/>, of the adaptation of the rate). The public codes differ in the rule.</summary>
public enum ParameterExclusion
{
    /// <summary>None are left out.</summary>
    None,

    /// <summary>Vectors and scalars: biases, the scales and shifts of norms, learned scalars (MoCo v3).</summary>
    AtMostOneDimension,

    /// <summary>Vectors alone (DINO).</summary>
    OneDimension,

    /// <summary>By name: biases, and whatever lies in a batch or layer norm ("bn", "norm", "downsample.1"), as BYOL's and SimCLR's own code has it.</summary>
    BiasAndNorm,
}
