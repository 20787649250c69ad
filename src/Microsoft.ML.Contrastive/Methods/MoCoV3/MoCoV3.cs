using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// MoCo v3: each view predicts the other's projection by a momentum copy, among those of the whole batch (Chen, Xie and He, "An Empirical Study of
/// Training Self-Supervised Vision Transformers", ICCV 2021). The method of the JointCrop paper's released code.
/// </summary>
/// <remarks>Wants large batches (1024 and up), for its negatives are the batch. Defaults are those of facebookresearch/moco-v3 for ResNet-50.</remarks>
public sealed record MoCoV3 : ContrastiveMethod
{
    /// <summary>main_moco.py, <c>--moco-t</c>; 0.2 for vision transformers.</summary>
    internal const double DefaultTemperature = 1.0;

    /// <summary>main_moco.py, <c>--moco-dim</c>.</summary>
    internal const int DefaultProjectionDimension = 256;

    /// <summary>main_moco.py, <c>--moco-mlp-dim</c>.</summary>
    internal const int DefaultHiddenDimension = 4096;

    /// <summary>main_moco.py, <c>--moco-m</c>; 0.996 for 1000 epochs.</summary>
    internal const double DefaultMomentum = 0.99;

    /// <summary>builder.py, MoCo_ResNet.</summary>
    internal const int DefaultProjectionLayers = 2;

    /// <inheritdoc/>
    public override string Name => "mocov3";

    /// <summary>What cosine similarities are divided by. The loss is multiplied by twice the temperature, which keeps its gradients' scale.</summary>
    /// <value>Above 0. The default value is 1 (ResNet-50); vision transformers have 0.2.</value>
    public double Temperature { get; init; } = DefaultTemperature;

    /// <summary>Width of what the loss compares.</summary>
    /// <value>1 or more. The default value is 256.</value>
    public int ProjectionDimension { get; init; } = DefaultProjectionDimension;

    /// <summary>Width of the inner layers of projector and predictor.</summary>
    /// <value>1 or more. The default value is 4096.</value>
    public int HiddenDimension { get; init; } = DefaultHiddenDimension;

    /// <summary>Linear layers of the projector.</summary>
    /// <value>2 or more. The default value is 2, as the released code has for ResNet; for vision transformers 3.</value>
    public int ProjectionLayers { get; init; } = DefaultProjectionLayers;

    /// <summary>Whether the predictor ends in a batch norm.</summary>
    /// <value>The default value is <see langword="false"/>, as the released code has for ResNet; for vision transformers <see langword="true"/>.</value>
    public bool PredictorBatchNorm { get; init; }

    /// <summary>How slowly the momentum copy follows, at the start.</summary>
    /// <value>In [0, 1). The default value is 0.99.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>Whether momentum rises to 1 along half a cosine.</summary>
    /// <value>The default value is <see langword="true"/> (<c>--moco-m-cos</c>, set in all released runs).</value>
    public bool CosineMomentum { get; init; } = true;

    internal override void Validate()
    {
        Require.Positive(Temperature);
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, HiddenDimension);
        Require.AtLeast(2, ProjectionLayers);
        Require.BelowOne(Momentum);
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new MoCoV3Module(this, backbone);
    }
}
