namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>A learning rate that was tried on held-out rows.</summary>
/// <param name="LearningRate">The protocol's learning rate, before it is scaled with the batch size.</param>
/// <param name="HeldOutTop1">Part of the held-out images, 0 to 1, that were classified rightly; NaN where the training diverged.</param>
public sealed record LearningRateTrial(double LearningRate, double HeldOutTop1);

/// <summary>What a linear classifier on frozen features reached, and the protocol that it was trained by.</summary>
public sealed record LinearEvaluationMetrics : EncoderMetrics
{
    internal LinearEvaluationMetrics(LabelledImages images, int[] predicted, double top5)
        : base(images, predicted, top5)
    {
    }

    /// <summary>
    /// The name to report the accuracy under: the protocol's, followed by what differs from the published procedure, for example
    /// "moco-v3 on central crops only"; "dino without further tokens" where a vision transformer's other tokens belong to the protocol and the encoder, if it is one, cannot give them; "byol
    /// without the sweep" where its authors choose the learning rate on held-out rows and <see cref="LinearEvaluationOptions.HeldOutFraction"/> is 0.
    /// </summary>
    public string ProtocolName => Protocol.Name
        + (TrainingImages == LinearEvaluationImages.CentralCropsOnly ? " on central crops only" : "")
        + (HasPublishedFeatures ? "" : " without further tokens")
        + (Protocol.SweptLearningRates.Count > 0 && LearningRateTrials.Count == 0 ? " without the sweep" : "");

    /// <summary>What the classifier was given of the encoder, in words: "the encoder's features", or a vision transformer's tokens (<see cref="LinearEvaluationProtocol.Tokens"/>).</summary>
    public required string Features { get; init; }

    internal bool HasPublishedFeatures { get; init; } = true;

    /// <summary>The protocol, with the learning rate that was used.</summary>
    public required LinearEvaluationProtocol Protocol { get; init; }

    /// <summary>Which images the classifier was trained on.</summary>
    public required LinearEvaluationImages TrainingImages { get; init; }

    /// <summary>The learning rates that were compared on held-out rows; empty where none were.</summary>
    public required IReadOnlyList<LearningRateTrial> LearningRateTrials { get; init; }

    /// <summary>The classifier; its scores are in the order of <see cref="EncoderMetrics.Classes"/> without those that only the test images have.</summary>
    public required LinearClassifier Classifier { get; init; }

    /// <summary>Mean cross-entropy of every epoch's batches, each before its step.</summary>
    public required IReadOnlyList<double> LossPerEpoch { get; init; }

    private protected override string Procedure =>
        $"linear evaluation '{ProtocolName}' ({Protocol.Describe()}{(LearningRateTrials.Count > 0 ? $", lr chosen among {LearningRateTrials.Count} on held-out rows" : "")}) of {Features}";
}
