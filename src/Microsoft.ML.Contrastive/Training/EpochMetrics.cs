using System.Globalization;
using Microsoft.ML.Contrastive.Training.Checkpoints;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What one epoch of training did: reported to <see cref="TrainingOptions.MetricsCallback"/> and to the log.</summary>
public sealed record EpochMetrics
{
    /// <summary>The epoch just finished, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs in all.</summary>
    public required int Epochs { get; init; }

    /// <summary>Optimiser steps done so far.</summary>
    public required long Step { get; init; }

    /// <summary>Mean loss over the epoch's (micro-)batches. Its scale depends on the method, the temperature and the batch size: compare within a run only.</summary>
    public required double Loss { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Images (rows, not views) trained on per second of the epoch, monitoring excluded.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Share of the epoch, 0 … 1, that the training loop stood still because no batch was ready. Above about 0.1 rendering is the bottleneck.</summary>
    public required double WaitingForData { get; init; }

    /// <summary>
    /// Mean over the feature dimensions of the standard deviation of L2-normalised features, times √d: near 1 when features spread over the
    /// sphere, near 0 when they have collapsed to a point (SimSiam, section 4.1).
    /// </summary>
    public required double FeatureSpread { get; init; }

    /// <summary>Effective rank of the features: the exponential of the entropy of their normalised singular values (RankMe), 1 … d.</summary>
    public required double EffectiveRank { get; init; }

    /// <summary>
    /// Mean squared distance of the L2-normalised features of two views of an image, 0 … 4: how alike the encoder, in evaluation mode, finds positive pairs (Wang
    /// and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere", ICML 2020, section 4.1, α = 2). Over
    /// up to 256 rows that are the same, with the same views, in every epoch. Collapsed features have a perfect 0: read it together with <see cref="Uniformity"/>.
    /// Not a number without monitored images.
    /// </summary>
    public required double Alignment { get; init; }

    /// <summary>
    /// log of the mean over pairs of different images of exp(−2‖x − y‖²), x and y being L2-normalised features of the monitored images: 0 for collapsed features,
    /// towards −4 for images spread evenly over the sphere (the same, section 4.1, t = 2). Not a number without monitored images.
    /// </summary>
    public required double Uniformity { get; init; }

    /// <summary>
    /// Top-1 accuracy, 0 … 1, of a weighted nearest-neighbour classifier on the encoder's features: of the validation images among the
    /// training images, or leave-one-out among training images when there is no validation set. <see langword="null"/> when there are no labels.
    /// </summary>
    public double? KnnAccuracy { get; init; }

    /// <summary>
    /// Top-1 accuracy, 0 … 1, of the classifier in training on the validation images (<see cref="TrainingOptions.ValidationSet"/>; as many of them as
    /// <see cref="TrainingOptions.MonitoredImages"/> says). <see langword="null"/> in pretraining and without labelled validation images.
    /// </summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>
    /// Top-1 accuracy, 0 … 1, of the <see cref="OnlineProbe"/> on the epoch's training views, each classified before the classifier learns from it. <see langword="null"/>
    /// without an online probe.
    /// </summary>
    public double? OnlineTrainingAccuracy { get; init; }

    /// <summary>
    /// Top-1 accuracy, 0 … 1, of the <see cref="OnlineProbe"/> on the monitored validation images, encoded as scoring does it: the online figure that solo-learn
    /// publishes. <see langword="null"/> without an online probe or without validation images with labels.
    /// </summary>
    public double? OnlineValidationAccuracy { get; init; }

    /// <summary>Wall-clock time since training began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Reads the metrics of a run: <c>metrics.jsonl</c> in its workspace, also while it trains.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The epochs in the order of the file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line holds no metrics, or the file is too large to be one of a run.</exception>
    public static IReadOnlyList<EpochMetrics> ReadFile(string path) => CheckpointState.ReadLines(path);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {Epoch}/{Epochs}  loss {Loss:0.0000}  lr {LearningRate:0.#####}  {ImagesPerSecond:0} images/s  waiting {WaitingForData:0%}  spread {FeatureSpread:0.00}  rank "
            + $"{EffectiveRank:0.0}  alignment {Alignment:0.000}  uniformity "
            + $"{Uniformity:0.00}{(KnnAccuracy is { } knn ? $"  kNN {knn:0.0%}" : "")}{(ValidationAccuracy is { } top1 ? $"  top-1 {top1:0.0%}" : "")}{Online}");

    private string Online => (OnlineValidationAccuracy, OnlineTrainingAccuracy) switch
    {
        ({ } accuracy, _) => string.Create(CultureInfo.InvariantCulture, $"  online {accuracy:0.0%} (validation)"),
        (_, { } accuracy) => string.Create(CultureInfo.InvariantCulture, $"  online {accuracy:0.0%} (training views)"),
        _ => "",
    };
}
