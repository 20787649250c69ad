using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// SimSiam: each view predicts the other's projection by the same network, whose gradient is stopped on that side (Chen and He, "Exploring Simple
/// Siamese Representation Learning", CVPR 2021).
/// </summary>
/// <remarks>
/// No negatives, no momentum copy: the least memory. If the loss falls to −1 within an epoch, the network has collapsed; look at the spread of the
/// features. Defaults are those of facebookresearch/simsiam.
/// </remarks>
public sealed record SimSiam : ContrastiveMethod
{
    /// <summary>Section 3, "Projection MLP".</summary>
    internal const int DefaultProjectionDimension = 2048;

    /// <summary>Section 3, "Prediction MLP".</summary>
    internal const int DefaultPredictorHiddenDimension = 512;

    /// <summary>Section 3: "the projection MLP has 3 layers".</summary>
    internal const int DefaultProjectionLayers = 3;

    /// <inheritdoc/>
    public override string Name => "simsiam";

    /// <summary>Width of what the loss compares.</summary>
    /// <value>1 or more. The default value is 2048 (section 3); 512 in the small-data settings of JointCrop.</value>
    public int ProjectionDimension { get; init; } = DefaultProjectionDimension;

    /// <summary>Width of the predictor's inner layer: a bottleneck.</summary>
    /// <value>1 or more, less than the projection. The default value is 512 (section 3); 128 in the small-data settings of JointCrop.</value>
    public int PredictorHiddenDimension { get; init; } = DefaultPredictorHiddenDimension;

    /// <summary>Width of the projector's inner layers.</summary>
    /// <value>1 or more. The default value is <see langword="null"/>: that of the features, as in facebookresearch/simsiam (2048 for ResNet-50).</value>
    public int? ProjectionHiddenDimension { get; init; }

    /// <summary>Linear layers of the projector.</summary>
    /// <value>2 or 3. The default value is 3 (section 3); 2 on CIFAR-10 (appendix D).</value>
    public int ProjectionLayers { get; init; } = DefaultProjectionLayers;

    /// <summary>Whether the predictor's learning rate stays at its peak while that of the encoder follows the schedule.</summary>
    /// <value>The default value is <see langword="true"/> (section 4.2; <c>--fix-pred-lr</c>).</value>
    public bool FixedPredictorLearningRate { get; init; } = true;

    internal override void Validate()
    {
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, ProjectionHiddenDimension ?? 1, nameof(ProjectionHiddenDimension));
        Require.AtLeast(1, PredictorHiddenDimension);
        Require.That(ProjectionLayers is 2 or 3, ProjectionLayers, "It must be 2 or 3.");
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new SimSiamModule(this, backbone.Create());
    }
}
