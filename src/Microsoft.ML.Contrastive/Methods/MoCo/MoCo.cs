using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// MoCo v1 and v2: a view finds its partner among thousands of keys of earlier batches, which a slowly moving copy of the network has encoded (He, Fan,
/// Wu, Xie and Girshick, "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020; Chen, Fan, Girshick and He, "Improved
/// Baselines with Momentum Contrastive Learning", 2020).
/// </summary>
/// <remarks>
/// The negatives come from a queue, so that it learns with small batches as well. <see cref="V2"/> are the defaults; <see cref="V1"/> has
/// the linear head and the smaller temperature. Defaults are those of facebookresearch/moco.
/// </remarks>
public sealed record MoCo : ContrastiveMethod
{
    /// <summary>MoCo v2, table 2 (<c>--moco-t 0.2</c>).</summary>
    internal const double DefaultTemperature = 0.2;

    /// <summary>MoCo v1, section 3.3.</summary>
    internal const double TemperatureOfV1 = 0.07;

    /// <summary>MoCo v1, section 4.1.</summary>
    internal const int DefaultQueueSize = 65536;

    /// <summary>MoCo v1, section 3.2 and table of momenta in section 4.1.</summary>
    internal const double DefaultMomentum = 0.999;

    /// <summary>MoCo v1, section 3.3.</summary>
    internal const int DefaultProjectionDimension = 128;

    /// <summary>MoCo v1: linear head, temperature 0.07.</summary>
    public static MoCo V1 { get; } = new() { Head = MoCoHead.Linear, Temperature = TemperatureOfV1 };

    /// <summary>MoCo v2: MLP head, temperature 0.2; the defaults.</summary>
    public static MoCo V2 { get; } = new();

    /// <inheritdoc/>
    public override string Name => Head == MoCoHead.Linear ? "mocov1" : "mocov2";

    /// <summary>What cosine similarities are divided by: the smaller, the more the hardest negatives count.</summary>
    /// <value>Above 0. The default value is 0.2 (MoCo v2); MoCo v1 has 0.07.</value>
    public double Temperature { get; init; } = DefaultTemperature;

    /// <summary>Keys that are kept as negatives.</summary>
    /// <value>1 or more, and many times the batch. The default value is 65536. Small data sets want fewer, such as 4096: no more than there are images.</value>
    public int QueueSize { get; init; } = DefaultQueueSize;

    /// <summary>How slowly the key network follows the query network.</summary>
    /// <value>In [0, 1). The default value is 0.999 (v1, section 3.2). Short trainings want less, such as 0.99.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>Momentum at the end of training, reached along half a cosine.</summary>
    /// <value>In [0, 1]. The default value is <see langword="null"/>: momentum stays as it is, as in facebookresearch/moco; solo-learn goes from 0.99 to 0.999.</value>
    public double? FinalMomentum { get; init; }

    /// <summary>What projects the features.</summary>
    /// <value>The default value is <see cref="MoCoHead.Mlp"/> (v2).</value>
    public MoCoHead Head { get; init; } = MoCoHead.Mlp;

    /// <summary>Width of what the loss compares.</summary>
    /// <value>1 or more. The default value is 128.</value>
    public int ProjectionDimension { get; init; } = DefaultProjectionDimension;

    /// <summary>Width of the inner layer of <see cref="MoCoHead.Mlp"/>; the linear head has none.</summary>
    /// <value>1 or more. The default value is <see langword="null"/>: that of the features (v2, section 3: 2048 for ResNet-50).</value>
    public int? ProjectionHiddenDimension { get; init; }

    /// <summary>Whether each view is both query and key, with a queue for each of the two views; the loss is the mean of both directions.</summary>
    /// <value>The default value is <see langword="false"/>, as in facebookresearch/moco; solo-learn has <see langword="true"/>. It costs twice the passes a step.</value>
    public bool Symmetric { get; init; }

    /// <summary>
    /// Groups of the batch that batch norm sees apart from one another, keys in shuffled order: what "shuffling BN" (v1, section 3.3) does between GPUs,
    /// lest a key be recognised by the statistics of its batch. Running statistics move once a step, towards the mean of the groups', as in its CIFAR example.
    /// </summary>
    /// <value>1 or more, dividing the batch size into groups of at least two images. The default value is 1: one group, as the original has on one device; its CIFAR example has 8.</value>
    public int BatchNormGroups { get; init; } = 1;

    internal override void Validate()
    {
        Require.Positive(Temperature);
        Require.AtLeast(1, QueueSize);
        Require.BelowOne(Momentum);
        Require.Fraction(FinalMomentum ?? 1, nameof(FinalMomentum));
        Require.Defined(Head);
        Require.AtLeast(1, ProjectionDimension);
        Require.AtLeast(1, ProjectionHiddenDimension ?? 1, nameof(ProjectionHiddenDimension));
        Require.AtLeast(1, BatchNormGroups);
    }

    internal override void Validate(int batchSize) =>
        Require.That(
            batchSize % BatchNormGroups == 0 && batchSize >= 2 * BatchNormGroups, BatchNormGroups,
            $"It must divide BatchSize, which is {batchSize}, into groups of two images at least.");

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new MoCoModule(this, backbone);
    }
}

/// <summary>The projection head of <see cref="MoCo"/>.</summary>
public enum MoCoHead
{
    /// <summary>One linear layer (v1).</summary>
    Linear,

    /// <summary>Two linear layers with a ReLU between, the first as wide as the features (v2, section 3).</summary>
    Mlp,
}
