using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What <see cref="DifficultyCatalog"/> measures on.</summary>
public sealed class StatisticalDifficultyOptions
{
    /// <summary>Default of <see cref="Images"/>: the standard error is then about a thirtieth of the spread between images.</summary>
    public const int DefaultImages = 1000;

    /// <summary>The two view columns that make a pair; the first of the two is the first of the pair.</summary>
    /// <value>The default value is null: the first two columns that augmentation steps made.</value>
    public string[]? ViewColumnNames { get; set; }

    /// <summary>Most images to measure on, spread evenly over the data; at least 2.</summary>
    /// <value>The default value is 1000.</value>
    public int Images { get; set; } = DefaultImages;

    /// <summary>How many pairs are drawn of each image: those of so many epochs; at least 1.</summary>
    /// <value>The default value is 1.</value>
    public int Epochs { get; set; } = 1;

    /// <summary>
    /// The first of these epochs, from 0: the pairs are those that a trainer sees in it. Of a crop around the encoder's boxes (<see cref="HeatMapBoxes"/>), which only a trainer has, they are those
    /// before the first boxes.
    /// </summary>
    /// <value>The default value is 0.</value>
    public long FirstEpoch { get; set; }

    /// <summary>Whether the steps after the crop (flip, colour, blur, …) take part.</summary>
    /// <value>The default value is false: crops alone, as in the JointCrop paper (AAAI-25).</value>
    public bool OtherSteps { get; set; }

    /// <summary>
    /// Whether the cosine is that of the projections, behind the projection head of pretraining, where the loss compares views, instead of the features in front of it. The encoder must be a
    /// <see cref="Encoders.ContrastiveEncoderTransformer"/> that was trained with <c>KeepProjector</c>; of an exported file with both outputs, name the projections' column in
    /// <see cref="EncoderOutputColumnName"/> instead.
    /// </summary>
    /// <value>The default value is false: features, as in the JointCrop paper (AAAI-25), and as the encoder is used.</value>
    public bool Projector { get; set; }

    /// <summary>Column of images that the encoder reads. It is made for the encoder out of views, and need not be in the data.</summary>
    /// <value>The default value is null: that of a <see cref="Encoders.ContrastiveEncoderTransformer"/>, for other transformers <c>Image</c>.</value>
    public string? EncoderInputColumnName { get; set; }

    /// <summary>Column that the encoder writes: a vector of floats.</summary>
    /// <value>The default value is null: that of a <see cref="Encoders.ContrastiveEncoderTransformer"/>, for other transformers <c>Features</c>.</value>
    public string? EncoderOutputColumnName { get; set; }

    /// <summary>Stops the measurement.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Throws for values out of range.</summary>
    internal void Validate()
    {
        if (Images < 2)
            throw new ArgumentOutOfRangeException(nameof(Images), Images, $"{nameof(Images)} is {Images}; allowed is at least 2, so that there is a standard error.");
        if (Epochs < 1)
            throw new ArgumentOutOfRangeException(nameof(Epochs), Epochs, $"{nameof(Epochs)} is {Epochs}; allowed is at least 1.");
        if (FirstEpoch < 0)
            throw new ArgumentOutOfRangeException(nameof(FirstEpoch), FirstEpoch, $"{nameof(FirstEpoch)} is {FirstEpoch}; allowed is at least 0, the first pass over the data.");
        if (ViewColumnNames is { } names && (names.Length != 2 || names[0] == names[1]))
            throw new ArgumentException($"{nameof(ViewColumnNames)} is [{string.Join(", ", names)}]; a pair has two different views.", nameof(ViewColumnNames));
    }
}
