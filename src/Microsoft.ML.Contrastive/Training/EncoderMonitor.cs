using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the monitor saw in one epoch; not a number or null where it had nothing to look at.</summary>
internal readonly record struct RepresentationSummary()
{
    public double Spread { get; init; } = double.NaN;

    public double EffectiveRank { get; init; } = double.NaN;

    public double Uniformity { get; init; } = double.NaN;

    public double Alignment { get; init; } = double.NaN;

    public double? KnnAccuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    public double? OnlineTrainingAccuracy { get; init; }

    public double? OnlineValidationAccuracy { get; init; }
}

/// <summary>
/// Looks at the encoder after each epoch: does it still tell images apart (spread, effective rank, uniformity), does it know an image again (alignment),
/// and does it tell classes apart (nearest neighbours, when there are labels; the classifier on it or the online probe beside it, when one is trained)?
/// </summary>
/// <param name="network">The encoder.</param>
/// <param name="readSample">Reads images that it is trained on; not before they are needed, so that training can begin.</param>
/// <param name="readValidation">Reads images that it is not trained on, if there are any.</param>
/// <param name="pairs">Views that it is trained on.</param>
/// <param name="classify">From features n × D to the classes' scores n × C, when a classifier is trained.</param>
/// <param name="probe">The online probe, if there is one.</param>
internal sealed class EncoderMonitor(
    EncoderNetwork network, Func<MonitoredSample> readSample, Func<MonitoredSample>? readValidation, MonitoredPairs pairs, Func<float[], float[]>? classify,
    OnlineProbeState? probe)
{
    /// <summary>Fewer than the usual 200: the sample holds a thousand images, and 200 of them would outvote a class of a hundred.</summary>
    private const int Neighbours = 20;
    private const int EncodedTogether = 128;

    private MonitoredSample? _sample, _validation;

    // Kept from epoch to epoch: megabytes that only a full collection would give back.
    private float[] _pixels = [];

    public RepresentationSummary Measure()
    {
        try
        {
            _sample ??= readSample();
            _validation ??= readValidation?.Invoke();
        }
        catch (OperationCanceledException)
        {
            // The images are not there yet, but an encoder is, and training is to hand it out.
        }

        return _sample is { Count: >= 2 } sample ? Measure(sample, _validation) : new RepresentationSummary { OnlineTrainingAccuracy = probe?.TrainingAccuracy };
    }

    private RepresentationSummary Measure(MonitoredSample sample, MonitoredSample? validation)
    {
        network.Backbone.eval();
        float[] features = Encode(sample);
        RepresentationHealth health = RepresentationHealth.Measure(features, network.FeatureDimension);
        float[]? unseen = validation is { HasLabels: true } ? Encode(validation) : null;
        return new RepresentationSummary
        {
            Spread = health.RelativeStandardDeviation,
            EffectiveRank = health.RankMe,
            Uniformity = health.Uniformity,
            Alignment = pairs.Alignment(network),
            KnnAccuracy = KnnAccuracy(sample, features, validation, unseen),
            ValidationAccuracy = unseen is null || classify is null ? null : Accuracy(classify(unseen), validation!.Labels),
            OnlineTrainingAccuracy = probe?.TrainingAccuracy,
            OnlineValidationAccuracy = unseen is null || probe is null ? null : Accuracy(probe.Scores(unseen), validation!.Labels),
        };
    }

    private static double? KnnAccuracy(MonitoredSample sample, float[] features, MonitoredSample? validation, float[]? unseen)
    {
        if (!sample.HasLabels)
            return null;
        if (unseen is null)
            return new NearestNeighbourClassifier(features, sample.Labels, Neighbours).ClassifyLeavingOneOut().Accuracy(sample.Labels);
        // A class that only the validation images have has no neighbours, and counts as wrong.
        int classes = Math.Max(sample.Labels.Max(), validation!.Labels.Max()) + 1;
        return new NearestNeighbourClassifier(features, sample.Labels, Neighbours, classCount: classes).Classify(unseen).Accuracy(validation.Labels);
    }

    /// <summary>Top-1 accuracy. An image of a class that training does not know counts as wrong.</summary>
    private static double Accuracy(float[] scores, int[] labels)
    {
        int classes = scores.Length / labels.Length;
        return labels.Index().Average(l => l.Item < classes && TopKAccuracy.Rank<float>(scores.AsSpan(l.Index * classes, classes), l.Item) == 0 ? 1.0 : 0.0);
    }

    private float[] Encode(MonitoredSample images)
    {
        var features = new float[images.Count * network.FeatureDimension];
        Span<float> pixels = Scratch.Of(ref _pixels, (long)EncodedTogether * images.PixelCount);
        for (int first = 0; first < images.Count; first += EncodedTogether)
        {
            int rows = Math.Min(EncodedTogether, images.Count - first);
            images.CopyTo(first, rows, pixels);
            network.Encode(
                pixels[..(rows * images.PixelCount)], rows,
                features.AsSpan(first * network.FeatureDimension, rows * network.FeatureDimension));
        }

        return features;
    }
}
