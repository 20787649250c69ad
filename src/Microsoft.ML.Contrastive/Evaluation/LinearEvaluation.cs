using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Trains a linear classifier on frozen features by a published protocol.</summary>
/// <example><code>
/// var evaluation = LinearEvaluation.Train(trainFeatures, trainLabels, LinearEvaluationProtocol.Small, seed: 1);
/// double accuracy = evaluation.Classifier.Accuracy(testFeatures, testLabels);
/// </code></example>
public static class LinearEvaluation
{
    /// <summary>Trains on features that stay the same in every epoch: those of the images as they are.</summary>
    /// <param name="features">n × d values row by row.</param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="seed">Seed of the initial weights and of the order of the rows.</param>
    /// <param name="classCount">Number of classes. <value>The default value is one more than the largest label.</value></param>
    /// <param name="device">Where to train. <value>The default value is the CPU.</value></param>
    /// <param name="progress">Hears the mean loss of every epoch.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the protocol is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite: the protocol's learning rate does not suit these features.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static LinearEvaluationResult Train(
        float[] features, int[] labels, LinearEvaluationProtocol protocol, ulong seed, int? classCount = null, Device? device = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Train(_ => features, labels, protocol, seed, classCount, device, progress, cancellation);
    }

    /// <summary>Trains on features that are computed anew for every epoch, from newly augmented images as the published protocols have it.</summary>
    /// <param name="featuresOfEpoch">Gives the n × d features of an epoch (from 0), in the order of the labels.</param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="seed">Seed of the initial weights and of the order of the rows.</param>
    /// <param name="classCount">Number of classes. <value>The default value is one more than the largest label.</value></param>
    /// <param name="device">Where to train. <value>The default value is the CPU.</value></param>
    /// <param name="progress">Hears the mean loss of every epoch.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the protocol is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite: the protocol's learning rate does not suit these features.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static LinearEvaluationResult Train(
        Func<int, float[]> featuresOfEpoch, int[] labels, LinearEvaluationProtocol protocol, ulong seed, int? classCount = null, Device? device = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(featuresOfEpoch);
        ArgumentNullException.ThrowIfNull(protocol);
        protocol.Validate();
        var classes = FeatureRows.ClassCount(labels, classCount, nameof(labels));
        var features = featuresOfEpoch(0);
        var dimension = FeatureRows.Dimension(features, labels, nameof(features), nameof(labels));

        TorchRuntime.EnsureLoaded();
        var on = device ?? CPU;
        using var scope = NewDisposeScope();
        var rows = FeatureRows.ToTensor(features, dimension, float32, on);
        using var run = new LinearEvaluationRun(protocol, labels, classes, dimension, seed, on);
        for (var epoch = 0; epoch < protocol.Epochs; epoch++)
        {
            if (epoch > 0 && featuresOfEpoch(epoch) is var next && !ReferenceEquals(next, features))
            {
                if (FeatureRows.Dimension(next, labels, nameof(featuresOfEpoch), nameof(labels)) != dimension)
                    throw new ArgumentException($"Epoch {epoch} has {next.Length / labels.Length} features a row, the first had {dimension}.", nameof(featuresOfEpoch));
                using var replaced = rows;
                rows = FeatureRows.ToTensor(next, dimension, float32, on);
                features = next;
            }

            var loss = run.Epoch(rows, cancellation);
            progress?.Report(loss);
        }

        return run.Result();
    }
}

/// <summary>A linear evaluation that has run.</summary>
/// <param name="Protocol">The protocol it followed.</param>
/// <param name="Classifier">The classifier after the last step.</param>
/// <param name="LossPerEpoch">Mean cross-entropy of every epoch's batches, each before its step.</param>
public sealed record LinearEvaluationResult(LinearEvaluationProtocol Protocol, LinearClassifier Classifier, IReadOnlyList<double> LossPerEpoch);
