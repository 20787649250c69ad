using System.Globalization;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Depth of a ResNet: its name, the number of residual blocks in each stage and their kind.</summary>
internal sealed record ResNetDepth(string Name, (int Stage1, int Stage2, int Stage3, int Stage4) Blocks, bool IsBottleneck)
{
    public static ResNetDepth ResNet10 { get; } = new("resnet10", (1, 1, 1, 1), IsBottleneck: false);

    public static ResNetDepth ResNet18 { get; } = new("resnet18", (2, 2, 2, 2), IsBottleneck: false);

    public static ResNetDepth ResNet34 { get; } = new("resnet34", (3, 4, 6, 3), IsBottleneck: false);

    public static ResNetDepth ResNet50 { get; } = new("resnet50", (3, 4, 6, 3), IsBottleneck: true);
}

/// <summary>Describes a <see cref="ResNet"/>.</summary>
internal sealed record ResNetBackbone : Backbone
{
    /// <summary>Channels of the first stage at width 1.</summary>
    private const int BaseWidth = 64;

    private const double LargestWidthMultiplier = 16;

    public ResNetBackbone(ResNetDepth depth, Stem stem, double widthMultiplier, bool zeroInitializeResidual)
    {
        if (!Enum.IsDefined(stem))
            throw new ArgumentOutOfRangeException(nameof(stem), stem, $"The stem is one of {string.Join(", ", Enum.GetNames<Stem>())}.");
        if (!(widthMultiplier > 0 && widthMultiplier <= LargestWidthMultiplier))
            throw new ArgumentOutOfRangeException(nameof(widthMultiplier), widthMultiplier, $"The width multiplier of a ResNet is above 0 and at most {LargestWidthMultiplier}.");
        Depth = depth;
        Stem = stem;
        WidthMultiplier = widthMultiplier;
        ZeroInitializeResidual = zeroInitializeResidual;
    }

    public ResNetDepth Depth { get; }

    public Stem Stem { get; }

    public double WidthMultiplier { get; }

    public bool ZeroInitializeResidual { get; }

    /// <summary>Channels of the first stage; each further stage has twice as many.</summary>
    public int Width => Math.Max(1, (int)Math.Round(BaseWidth * WidthMultiplier));

    public override string Name
    {
        get
        {
            string stem = Stem == Stem.ImageNet ? "" : "-" + Stem.ToString().ToLowerInvariant();
            string width = WidthMultiplier == 1 ? "" : "-w" + WidthMultiplier.ToString("R", CultureInfo.InvariantCulture);
            return Depth.Name + stem + width + (ZeroInitializeResidual ? "-zeroinit" : "");
        }
    }

    public override int FeatureDimension => Width * 8 * (Depth.IsBottleneck ? Bottleneck.Expansion : 1);

    internal override bool HasFeatureMap => true;

    internal override int UsualImageSize => Stem == Stem.ImageNet ? base.UsualImageSize : 32;

    private protected override BackboneModule Build()
    {
        TorchRuntime.EnsureLoaded();
        return new ResNet(this);
    }

    /// <summary>The backbone of a depth and of the suffixes that its name has.</summary>
    public static ResNetBackbone Parse(ResNetDepth depth, NameSuffixes suffixes)
    {
        Stem stem = suffixes.Take("cifar") ? Stem.Cifar : suffixes.Take("compact") ? Stem.Compact : Stem.ImageNet;
        double width = suffixes.Take<double>("w") ?? 1;
        return new ResNetBackbone(depth, stem, width, suffixes.Take("zeroinit"));
    }
}
