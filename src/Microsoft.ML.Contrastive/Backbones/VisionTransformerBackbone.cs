using System.Globalization;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Whose vision transformer: they differ in the position embedding and in how weights start.</summary>
public enum VisionTransformerVariant
{
    /// <summary>
    /// That of DINO (Caron et al. 2021; DeiT before it): position embedding learned, linear layers and tokens start from a normal distribution of
    /// standard deviation .02 cut off at ±2, biases at zero.
    /// </summary>
    Dino,

    /// <summary>
    /// That of MoCo v3 (Chen et al. 2021): fixed sine-cosine position embedding, linear layers start from Xavier's uniform distribution (query, key and value
    /// each as a layer of its own), class token of standard deviation 1e-6; twelve heads also in the smaller sizes.
    /// </summary>
    MoCoV3,
}

/// <summary>Size of a vision transformer (Touvron et al. 2021, table 1).</summary>
internal sealed record VisionTransformerSize(string Name, int Dimension, int Depth, int Heads)
{
    public static VisionTransformerSize Tiny { get; } = new("vit-tiny", Dimension: 192, Depth: 12, Heads: 3);

    public static VisionTransformerSize Small { get; } = new("vit-small", Dimension: 384, Depth: 12, Heads: 6);

    public static VisionTransformerSize Base { get; } = new("vit-base", Dimension: 768, Depth: 12, Heads: 12);
}

/// <summary>Describes a <see cref="VisionTransformer"/>.</summary>
internal sealed record VisionTransformerBackbone : Backbone
{
    private const int DefaultPatchSize = 16, LargestPatchSize = 64, DefaultImageSize = 224, LargestImageSize = 4096;

    /// <summary>Heads of every size in MoCo v3's code.</summary>
    private const int MoCoV3Heads = 12;

    public VisionTransformerBackbone(VisionTransformerSize size, int patchSize, int imageSize, VisionTransformerVariant variant)
    {
        if (!Enum.IsDefined(variant))
            throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variant is one of {string.Join(", ", Enum.GetNames<VisionTransformerVariant>())}.");
        if (patchSize is < 1 or > LargestPatchSize)
            throw new ArgumentOutOfRangeException(nameof(patchSize), patchSize, $"The patch size of a vision transformer is 1 to {LargestPatchSize} pixels.");
        if (imageSize < patchSize || imageSize > LargestImageSize || imageSize % patchSize != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(imageSize), imageSize, $"The image size of a vision transformer is a multiple of its patch size of {patchSize} pixels, at most {LargestImageSize}.");
        }

        Size = size;
        PatchSize = patchSize;
        ImageSize = imageSize;
        Variant = variant;
    }

    public VisionTransformerSize Size { get; }

    public int PatchSize { get; }

    public int ImageSize { get; }

    public VisionTransformerVariant Variant { get; }

    public override string Name
    {
        get
        {
            string image = ImageSize == DefaultImageSize ? "" : string.Create(CultureInfo.InvariantCulture, $"-{ImageSize}px");
            return string.Create(CultureInfo.InvariantCulture, $"{Size.Name}-{PatchSize}{image}{(Variant == VisionTransformerVariant.MoCoV3 ? "-mocov3" : "")}");
        }
    }

    public override int FeatureDimension => Size.Dimension;

    internal override int UsualImageSize => ImageSize;

    private protected override BackboneModule Build()
    {
        TorchRuntime.EnsureLoaded();
        int heads = Variant == VisionTransformerVariant.MoCoV3 ? MoCoV3Heads : Size.Heads;
        return new VisionTransformer(ImageSize, PatchSize, Size.Dimension, Size.Depth, heads, variant: Variant);
    }

    /// <summary>The backbone of a size and of the suffixes that its name has.</summary>
    public static VisionTransformerBackbone Parse(VisionTransformerSize size, NameSuffixes suffixes)
    {
        int patchSize = suffixes.Take<int>("") ?? DefaultPatchSize;
        int imageSize = suffixes.Take<int>("", "px") ?? DefaultImageSize;
        return new VisionTransformerBackbone(size, patchSize, imageSize, suffixes.Take("mocov3") ? VisionTransformerVariant.MoCoV3 : VisionTransformerVariant.Dino);
    }
}
