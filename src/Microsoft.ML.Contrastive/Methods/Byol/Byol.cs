using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// BYOL: each view predicts the other's projection by a slowly moving target network, with no negatives at all (Grill et al., "Bootstrap Your Own
/// Latent", NeurIPS 2020).
/// </summary>
/// <remarks>Without negatives it bears small batches and weak augmentation better than SimCLR. Defaults are those of deepmind-research/byol.</remarks>
public sealed record Byol : ContrastiveMethod
{
    /// <summary>Section 3.3, for both heads.</summary>
    internal const int DefaultHiddenDimension = 4096;

    /// <summary>Section 3.3.</summary>
    internal const int DefaultProjectionDimension = 256;

    /// <summary>Section 3.3 (1000 epochs); 0.99 for 100 and 300.</summary>
    internal const double DefaultMomentum = 0.996;

    /// <inheritdoc/>
    public override string Name => "byol";

    /// <summary>Width of what the loss compares.</summary>
    /// <value>1 or more. The default value is 256 (section 3.3).</value>
    public int ProjectionDimension { get; init; } = DefaultProjectionDimension;

    /// <summary>Width of the inner layer of projector and predictor.</summary>
    /// <value>1 or more. The default value is 4096 (section 3.3).</value>
    public int HiddenDimension { get; init; } = DefaultHiddenDimension;

    /// <summary>Whether the last layers of projector and predictor have a bias.</summary>
    /// <value>The default value is <see langword="false"/>, as in deepmind-research/byol; solo-learn has <see langword="true"/>.</value>
    public bool OutputBias { get; init; }

    /// <summary>How slowly the target follows at the start; it rises to 1 along half a cosine.</summary>
    /// <value>In [0, 1). The default value is 0.996 (1000 epochs); deepmind-research/byol has 0.99 for 100 and 300 epochs.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>Whether momentum rises to 1 along half a cosine.</summary>
    /// <value>The default value is <see langword="true"/> (section 3.3).</value>
    public bool CosineMomentum { get; init; } = true;

    /// <summary>What weights the target starts with.</summary>
    /// <value>The default value is <see cref="TargetStart.OwnWeights"/>, as in deepmind-research/byol.</value>
    public TargetStart TargetStart { get; init; }

    /// <summary>When the target moves.</summary>
    /// <value>The default value is <see cref="TargetUpdate.AfterOptimizerStep"/>, as in deepmind-research/byol.</value>
    public TargetUpdate TargetUpdate { get; init; }

    internal override void Validate()
    {
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, HiddenDimension);
        Require.BelowOne(Momentum);
        Require.Defined(TargetStart);
        Require.Defined(TargetUpdate);
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new ByolModule(this, backbone);
    }
}

/// <summary>What weights the target network of <see cref="Byol"/> starts with.</summary>
public enum TargetStart
{
    /// <summary>Random ones of its own (deepmind-research/byol).</summary>
    OwnWeights,

    /// <summary>Those of the online network (most reimplementations).</summary>
    OnlineWeights,
}

/// <summary>When the target network of <see cref="Byol"/> moves.</summary>
public enum TargetUpdate
{
    /// <summary>After the optimiser (deepmind-research/byol).</summary>
    AfterOptimizerStep,

    /// <summary>Before the targets are computed, as MoCo does (ContrastiveCrop).</summary>
    BeforeTargets,
}
