namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Which network is trained: an immutable description, from which a network is built with fresh weights.</summary>
/// <remarks>
/// <para>Two descriptions are equal when they build the same network. <see cref="Name"/> says everything: <see cref="Parse"/> gives the description back.</para>
/// <list type="table">
/// <listheader><term>Name</term><description>Features, parameters</description></listheader>
/// <item><term>resnet10</term><description>512, 4.9 million; one residual block a stage</description></item>
/// <item><term>resnet18</term><description>512, 11.2 million</description></item>
/// <item><term>resnet34</term><description>512, 21.3 million</description></item>
/// <item><term>resnet50</term><description>2048, 23.5 million</description></item>
/// <item><term>vit-tiny-16</term><description>192, 5.5 million</description></item>
/// <item><term>vit-small-16</term><description>384, 21.7 million</description></item>
/// <item><term>vit-base-16</term><description>768, 85.8 million</description></item>
/// </list>
/// </remarks>
public abstract record Backbone
{
    private protected Backbone()
    {
    }

    /// <summary>The name under which the registry knows it, e.g. "resnet18" or "resnet50-cifar-w0.5".</summary>
    public abstract string Name { get; }

    /// <summary>Number of features D that come out.</summary>
    public abstract int FeatureDimension { get; }

    /// <summary>Whether the network ends in a map of features over the image, which is then pooled.</summary>
    internal virtual bool HasFeatureMap => false;

    /// <summary>Side in pixels of the images that the network is made for.</summary>
    internal virtual int UsualImageSize => 224;

    /// <summary>Builds the network with fresh weights from torch's global random numbers.</summary>
    internal BackboneModule Create()
    {
        BackboneModule network = Build();
        network.Description = this;
        return network;
    }

    /// <inheritdoc cref="Create"/>
    private protected abstract BackboneModule Build();

    /// <summary>A ResNet with one basic block a stage: for small images and little time.</summary>
    /// <param name="stem">First layers. The default value is <see cref="Stem.ImageNet"/>.</param>
    /// <param name="widthMultiplier">Factor on the number of channels everywhere, above 0 and at most 16. The default value is 1: stages of 64, 128, 256 and 512 channels.</param>
    /// <param name="zeroInitializeResidual">
    /// Whether the last batch norm of every block starts at zero, so that each block starts as the identity (Goyal et al. 2017). The default value is false.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="widthMultiplier"/> or <paramref name="stem"/> is out of range.</exception>
    public static Backbone ResNet10(Stem stem = Stem.ImageNet, double widthMultiplier = 1, bool zeroInitializeResidual = false) =>
        new ResNetBackbone(ResNetDepth.ResNet10, stem, widthMultiplier, zeroInitializeResidual);

    /// <summary>ResNet-18 (He et al. 2016): two basic blocks a stage.</summary>
    /// <inheritdoc cref="ResNet10" path="/param"/>
    /// <inheritdoc cref="ResNet10" path="/exception"/>
    public static Backbone ResNet18(Stem stem = Stem.ImageNet, double widthMultiplier = 1, bool zeroInitializeResidual = false) =>
        new ResNetBackbone(ResNetDepth.ResNet18, stem, widthMultiplier, zeroInitializeResidual);

    /// <summary>ResNet-34 (He et al. 2016): 3, 4, 6 and 3 basic blocks.</summary>
    /// <inheritdoc cref="ResNet10" path="/param"/>
    /// <inheritdoc cref="ResNet10" path="/exception"/>
    public static Backbone ResNet34(Stem stem = Stem.ImageNet, double widthMultiplier = 1, bool zeroInitializeResidual = false) =>
        new ResNetBackbone(ResNetDepth.ResNet34, stem, widthMultiplier, zeroInitializeResidual);

    /// <summary>ResNet-50 (He et al. 2016): 3, 4, 6 and 3 bottleneck blocks, the stride on the 3×3 convolution as torchvision has it.</summary>
    /// <remarks>A width multiplier of 2 or 4 gives the wide networks of the literature on self-supervised learning ("ResNet-50 (2×)"), with 4096 or 8192 features.</remarks>
    /// <inheritdoc cref="ResNet10" path="/param"/>
    /// <inheritdoc cref="ResNet10" path="/exception"/>
    public static Backbone ResNet50(Stem stem = Stem.ImageNet, double widthMultiplier = 1, bool zeroInitializeResidual = false) =>
        new ResNetBackbone(ResNetDepth.ResNet50, stem, widthMultiplier, zeroInitializeResidual);

    /// <summary>The smallest vision transformer (Touvron et al. 2021): 192 features, 12 blocks, 3 heads (12 in the variant of MoCo v3).</summary>
    /// <param name="patchSize">Side of a patch in pixels, 1 to 64. The default value is 16.</param>
    /// <param name="imageSize">
    /// Side in pixels of the images that the position embedding is made for, a multiple of <paramref name="patchSize"/>. Images of other sizes get it interpolated. The
    /// default value is 224.
    /// </param>
    /// <param name="variant">Whose vision transformer. The default value is <see cref="VisionTransformerVariant.Dino"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or <paramref name="variant"/> is out of range.</exception>
    public static Backbone VisionTransformerTiny(int patchSize = 16, int imageSize = 224, VisionTransformerVariant variant = VisionTransformerVariant.Dino) =>
        new VisionTransformerBackbone(VisionTransformerSize.Tiny, patchSize, imageSize, variant);

    /// <summary>The small vision transformer: 384 features, 12 blocks, 6 heads (12 in the variant of MoCo v3).</summary>
    /// <inheritdoc cref="VisionTransformerTiny" path="/param"/>
    /// <inheritdoc cref="VisionTransformerTiny" path="/exception"/>
    public static Backbone VisionTransformerSmall(int patchSize = 16, int imageSize = 224, VisionTransformerVariant variant = VisionTransformerVariant.Dino) =>
        new VisionTransformerBackbone(VisionTransformerSize.Small, patchSize, imageSize, variant);

    /// <summary>The base vision transformer (Dosovitskiy et al. 2021): 768 features, 12 blocks, 12 heads.</summary>
    /// <inheritdoc cref="VisionTransformerTiny" path="/param"/>
    /// <inheritdoc cref="VisionTransformerTiny" path="/exception"/>
    public static Backbone VisionTransformerBase(int patchSize = 16, int imageSize = 224, VisionTransformerVariant variant = VisionTransformerVariant.Dino) =>
        new VisionTransformerBackbone(VisionTransformerSize.Base, patchSize, imageSize, variant);

    /// <summary>The backbone of a name.</summary>
    /// <param name="name">
    /// A ResNet: <c>resnet10</c>, <c>resnet18</c>, <c>resnet34</c> or <c>resnet50</c>, then in this order what differs from the default:
    /// <c>-cifar</c> or <c>-compact</c> (the stem), <c>-w0.25</c> (the width multiplier), <c>-zeroinit</c>. A vision transformer:
    /// <c>vit-tiny</c>, <c>vit-small</c> or <c>vit-base</c>, then <c>-16</c> (patch size), <c>-96px</c> (image size), <c>-mocov3</c>. Letter case does not matter.
    /// </param>
    /// <exception cref="ArgumentException">The name is not known; the message lists those that are.</exception>
    public static Backbone Parse(string name) => BackboneRegistry.Parse(name);

    /// <summary>The names without suffixes that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> KnownNames => BackboneRegistry.Names;
}
