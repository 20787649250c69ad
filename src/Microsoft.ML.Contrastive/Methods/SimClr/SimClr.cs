using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// SimCLR: two views of an image attract each other and repel all other images of the batch (Chen, Kornblith, Norouzi and Hinton, "A Simple Framework
/// for Contrastive Learning of Visual Representations", ICML 2020).
/// </summary>
/// <remarks>
/// The simplest of the methods, with no second network and no memory. Its negatives are the batch, so that it wants large
/// ones: 256 and up. Defaults are those of the paper and of google-research/simclr, but for the weights that the head starts with: see <see cref="ProjectionInitialDeviation"/>.
/// </remarks>
public sealed record SimClr : ContrastiveMethod
{
    /// <summary>Section 5.1 and table 5.</summary>
    internal const double DefaultTemperature = 0.1;

    /// <summary>Section 2.1.</summary>
    internal const int DefaultProjectionDimension = 128;

    /// <summary>Section 2.1, g(h) = W₂ σ(W₁ h).</summary>
    internal const int DefaultProjectionLayers = 2;

    /// <inheritdoc/>
    public override string Name => "simclr";

    /// <summary>What cosine similarities are divided by: the smaller, the more the hardest negatives count.</summary>
    /// <value>Above 0. The default value is 0.1 (table 5); appendix B.9 has 0.5 on CIFAR-10, as have the small-data settings of JointCrop.</value>
    public double Temperature { get; init; } = DefaultTemperature;

    /// <summary>Width of what the loss compares.</summary>
    /// <value>1 or more. The default value is 128 (section 2.1).</value>
    public int ProjectionDimension { get; init; } = DefaultProjectionDimension;

    /// <summary>Width of the projection head's inner layers.</summary>
    /// <value>1 or more. The default value is <see langword="null"/>: that of the features (section 2.1: 2048 for ResNet-50).</value>
    public int? ProjectionHiddenDimension { get; init; }

    /// <summary>Linear layers of the projection head.</summary>
    /// <value>2 or 3. The default value is 2 (section 2.1); SimCLR v2 and later code have 3.</value>
    public int ProjectionLayers { get; init; } = DefaultProjectionLayers;

    /// <summary>Whether each linear layer of the head is followed by batch norm (the last one's without shift), in place of biases.</summary>
    /// <value>The default value is <see langword="true"/>, as in google-research/simclr; the paper's formula, solo-learn and the settings of ContrastiveCrop have none.</value>
    public bool ProjectionBatchNorm { get; init; } = true;

    /// <summary>
    /// Standard deviation of the normal distribution that the weights of the head's linear layers are drawn from at the start; biases then start at 0. Behind batch norm their scale does not
    /// show in the outputs, but the smaller the weights, the faster a given learning rate turns them.
    /// </summary>
    /// <value>
    /// Above 0. The default value is <see langword="null"/>: torch's own start, evenly in ±1/√inputs, of deviation 0.58/√inputs (0.013 at 2048 inputs, 0.051 at 128). google-research/simclr
    /// has 0.01 (model_util.py, linear_layer), as has the preset for ImageNet.
    /// </value>
    public double? ProjectionInitialDeviation { get; init; }

    internal override void Validate()
    {
        Require.Positive(Temperature);
        Require.Positive(ProjectionInitialDeviation ?? 1, nameof(ProjectionInitialDeviation));
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, ProjectionHiddenDimension ?? 1, nameof(ProjectionHiddenDimension));
        Require.That(ProjectionLayers is 2 or 3, ProjectionLayers, "It must be 2 or 3.");
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new SimClrModule(this, backbone.Create());
    }
}
