namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Which images a linear classifier is trained on.</summary>
public enum LinearEvaluationImages
{
    /// <summary>Random resized crops and flips, new in every epoch, as the published protocols have it: the encoder runs over all images in every epoch.</summary>
    AugmentedEveryEpoch,

    /// <summary>
    /// The middle of every image, the same in every epoch: the encoder runs over all images once. Many times cheaper, and <em>not</em> a published
    /// protocol; the result says so wherever it is printed.
    /// </summary>
    CentralCropsOnly,
}

/// <summary>How an encoder is evaluated by a linear classifier.</summary>
public sealed record LinearEvaluationOptions : EncoderEvaluationOptions
{
    /// <summary>Which images the classifier is trained on.</summary>
    /// <value>The default value is <see cref="LinearEvaluationImages.AugmentedEveryEpoch"/>.</value>
    public LinearEvaluationImages TrainingImages { get; init; } = LinearEvaluationImages.AugmentedEveryEpoch;

    /// <summary>
    /// Part of the training rows, 0 to below 1, that is held out to choose among <see cref="LinearEvaluationProtocol.SweptLearningRates"/>; the classifier
    /// that is tested is then trained on all rows with the chosen rate. 0 trains with the protocol's <see cref="LinearEvaluationProtocol.LearningRate"/>.
    /// </summary>
    /// <value>The default value is 0.</value>
    public double HeldOutFraction { get; init; }

    /// <summary>Hears the mean loss of every epoch of the classifier that is tested.</summary>
    public IProgress<double>? Progress { get; init; }

    internal override void Validate()
    {
        base.Validate();
        if (!Enum.IsDefined(TrainingImages))
            throw new ArgumentOutOfRangeException(nameof(TrainingImages), TrainingImages, $"{nameof(TrainingImages)} must be one of {string.Join(", ", Enum.GetNames<LinearEvaluationImages>())}.");
        if (HeldOutFraction is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(HeldOutFraction), HeldOutFraction, $"{nameof(HeldOutFraction)} is {HeldOutFraction}; allowed is 0 to below 1.");
    }
}
