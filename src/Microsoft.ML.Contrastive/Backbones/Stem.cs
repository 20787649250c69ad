namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>The first layers of a ResNet: how fast it shrinks the image before its residual blocks.</summary>
public enum Stem
{
    /// <summary>7×7 convolution with stride 2, then 3×3 max-pooling with stride 2 (He et al. 2016, table 1): for images from about 128 pixels up.</summary>
    ImageNet,

    /// <summary>
    /// 3×3 convolution with stride 1 and no pooling (SimCLR, appendix B.9): for images of 32 to 96 pixels. Sixteen times the work of
    /// <see cref="ImageNet"/> for an image of the same size, and worth it: on CIFAR-10 it makes some ten points of accuracy.
    /// </summary>
    Cifar,

    /// <summary>3×3 convolution with stride 2 and no pooling: for images of 32 to 96 pixels where time is short, as on a CPU. Four times the work of <see cref="ImageNet"/>.</summary>
    Compact,
}
