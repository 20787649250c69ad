using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Weights;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>How <c>mlContext.Contrastive().LoadEncoder</c> reads weights, and what encoder it makes of them.</summary>
public sealed record LoadEncoderOptions
{
    /// <summary>Column of the images that the encoder will read. Type: image.</summary>
    /// <value>The default value is "Image".</value>
    public string InputColumnName { get; init; } = "Image";

    /// <summary>Column that the encoder will write: a vector of floats.</summary>
    /// <value>The default value is "Features".</value>
    public string OutputColumnName { get; init; } = "Features";

    /// <summary>Size of the images that the encoder will read: images are resized and centre-cropped to it.</summary>
    /// <value>The default value is <see langword="null"/>: of a vision transformer the size that it is made for, of a ResNet 224 pixels a side, or 32 with a stem other than ImageNet's.</value>
    public ImageSize? ImageSize { get; init; }

    /// <summary>How pixel values are scaled for the network: as they were when it was trained.</summary>
    /// <value>The default value is ImageNet's mean and standard deviation.</value>
    public PixelNormalization Normalization { get; init; } = PixelNormalization.ImageNet;

    /// <summary>How the file names its tensors.</summary>
    /// <value>The default value is <see langword="null"/>: the format under which most tensors of the network are found.</value>
    public WeightFormat? Format { get; init; }

    /// <summary>
    /// Whether tensors of the network may be missing from the file or differ in shape, and keep fresh weights, and tensors of the file may be left over. What happened to
    /// which is in <see cref="ContrastiveEncoderTransformer.LoadedWeights"/>.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: all or nothing.</value>
    public bool AllowPartial { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(InputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
        ArgumentNullException.ThrowIfNull(Normalization);
        if (ImageSize is { } size && (size.Width < 1 || size.Height < 1))
            throw new ArgumentOutOfRangeException(nameof(ImageSize), size, $"{nameof(ImageSize)} is {size}; width and height must be at least 1.");
        if (Format is { } format && !Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(nameof(Format), format, $"{nameof(Format)} is {format}; it must be one of {string.Join(", ", Enum.GetNames<WeightFormat>())}.");
    }
}
