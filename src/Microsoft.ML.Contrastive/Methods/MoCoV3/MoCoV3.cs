using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// MoCo v3: each view predicts the other's projection by a momentum copy, among those of the whole batch (Chen, Xie and He, "An Empirical Study of
/// Training Self-Supervised Vision Transformers", ICCV 2021). The method of the JointCrop paper's released code.
/// </summary>
/// <remarks>
/// Wants large batches (1024 and up), for its negatives are the batch. Defaults are those of facebookresearch/moco-v3 for ResNet-50;
/// <see cref="ForVisionTransformers"/> has those for vision transformers, which go with <see cref="VisionTransformerVariant.MoCoV3"/>.
/// </remarks>
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

    /// <summary>MoCo v3 as released for vision transformers: temperature 0.2, a projector of three layers, a batch norm at the end of the predictor.</summary>
    /// <remarks>facebookresearch/moco-v3, CONFIG.md and builder.py, MoCo_ViT; section 4 of the paper.</remarks>
    public static MoCoV3 ForVisionTransformers { get; } = new() { Temperature = 0.2, ProjectionLayers = 3, PredictorBatchNorm = true };

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

    /// <summary>
    /// Whether a vision transformer's patch embedding keeps the random weights that it starts with: its gradients are what makes training unstable
    /// (section 4; <c>--stop-grad-conv1</c> of the released code).
    /// </summary>
    /// <value>The default value is <see langword="null"/>: frozen on vision transformers, and nothing is frozen on a ResNet, which has no patch embedding.</value>
    public bool? FreezePatchEmbedding { get; init; }

    internal override void Validate()
    {
        Require.Positive(Temperature);
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, HiddenDimension);
        Require.AtLeast(2, ProjectionLayers);
        Require.BelowOne(Momentum);
    }

    internal override void Validate(Backbone backbone)
    {
        if (FreezePatchEmbedding == true && backbone is not VisionTransformerBackbone)
            throw new ArgumentException(
                $"{nameof(FreezePatchEmbedding)} is true, but {backbone.Name} has no patch embedding; set it to null or false, or take a vision transformer.", nameof(backbone));
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        Validate(backbone);
        return new MoCoV3Module(this, backbone);
    }
}
