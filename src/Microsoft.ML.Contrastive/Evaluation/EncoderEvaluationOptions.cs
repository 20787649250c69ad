using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Encoders;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What every evaluation of an encoder on labelled images needs to know.</summary>
public record EncoderEvaluationOptions
{
    /// <summary>Column of the images, in both data sets; the encoder must read it.</summary>
    /// <value>The default value is <see langword="null"/>: the input column of a <see cref="ContrastiveEncoderTransformer"/>, "Image" for any other encoder.</value>
    public string? ImageColumnName { get; init; }

    /// <summary>Column of the labels, in both data sets: text, a key, a number or a boolean. Keys with named values are compared by their names.</summary>
    /// <value>The default value is "Label".</value>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>Column of the features that the encoder writes: a vector of floats.</summary>
    /// <value>The default value is <see langword="null"/>: the output column of a <see cref="ContrastiveEncoderTransformer"/>, "Features" for any other encoder.</value>
    public string? FeatureColumnName { get; init; }

    /// <summary>Size of the images that the encoder is given, each side 1 to 32767 pixels.</summary>
    /// <value>The default value is <see langword="null"/>: that of a <see cref="ContrastiveEncoderTransformer"/>; any other encoder has to be told.</value>
    public ImageSize? ImageSize { get; init; }

    /// <summary>Length of an image's short side before its middle is cut out, in pixels: at least the longer side of <see cref="ImageSize"/>.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: 256/224 times the longer side, rounded, as the field does on ImageNet; the side itself below 128 pixels, as it
    /// does on small images.
    /// </value>
    public int? ShortSide { get; init; }

    /// <summary>Filter with which images are resized before their middle is cut out.</summary>
    /// <value>The default value is <see langword="null"/>: the protocol's in a linear evaluation, bilinear for nearest neighbours.</value>
    public ResizeFilter? CentralCropFilter { get; init; }

    /// <summary>Seed of everything that is random: crops, flips, initial weights, order of the rows.</summary>
    /// <value>The default value is <see langword="null"/>: the context's, or one that is drawn; the result tells which.</value>
    public int? Seed { get; init; }

    /// <summary>Ends the evaluation with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    internal virtual void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
        if (ImageSize is { } size && size is not { Width: >= 1 and <= short.MaxValue, Height: >= 1 and <= short.MaxValue })
            throw new ArgumentOutOfRangeException(nameof(ImageSize), size, $"{nameof(ImageSize)} is {size}; allowed is 1x1 to 32767x32767.");
        if (ShortSide is < 1 or > short.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(ShortSide), ShortSide, $"{nameof(ShortSide)} is {ShortSide}; allowed is 1 to 32767.");
        if (CentralCropFilter is { } filter && !Enum.IsDefined(filter))
            throw new ArgumentOutOfRangeException(nameof(CentralCropFilter), filter, $"{nameof(CentralCropFilter)} must be one of {string.Join(", ", Enum.GetNames<ResizeFilter>())}.");
    }
}
