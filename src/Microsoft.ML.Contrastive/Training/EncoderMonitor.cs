using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the monitor saw in one epoch.</summary>
internal readonly record struct RepresentationSummary(double Spread, double EffectiveRank, double Uniformity, double Alignment, double? KnnAccuracy);

/// <summary>
/// Looks at the encoder after each epoch: does it still tell images apart (spread, effective rank, uniformity), does it know an image again (alignment),
/// and does it tell classes apart (nearest neighbours, when there are labels)?
/// </summary>
internal sealed class EncoderMonitor(EncoderNetwork network, MonitoredSample sample, MonitoredPairs pairs, MonitoredSample? validation)
{
    /// <summary>Fewer than the usual 200: the sample holds a thousand images, and 200 of them would outvote a class of a hundred.</summary>
    private const int Neighbours = 20;
    private const int EncodedTogether = 128;

    public RepresentationSummary Measure()
    {
        if (sample.Count < 2)
            return new RepresentationSummary(double.NaN, double.NaN, double.NaN, double.NaN, null);
        network.Backbone.eval();
        float[] features = Encode(sample);
        RepresentationHealth health = RepresentationHealth.Measure(features, network.FeatureDimension);
        return new RepresentationSummary(
            health.RelativeStandardDeviation, health.RankMe, health.Uniformity, pairs.Alignment(network), KnnAccuracy(features));
    }

    private double? KnnAccuracy(float[] features)
    {
        if (!sample.HasLabels)
            return null;
        if (validation is not { HasLabels: true })
            return new NearestNeighbourClassifier(features, sample.Labels, Neighbours).ClassifyLeavingOneOut().Accuracy(sample.Labels);
        // A class that only the validation images have has no neighbours, and counts as wrong.
        int classes = Math.Max(sample.Labels.Max(), validation.Labels.Max()) + 1;
        return new NearestNeighbourClassifier(features, sample.Labels, Neighbours, classCount: classes).Classify(Encode(validation)).Accuracy(validation.Labels);
    }

    private float[] Encode(MonitoredSample images)
    {
        var features = new float[images.Count * network.FeatureDimension];
        var pixels = new float[EncodedTogether * images.PixelCount];
        for (int first = 0; first < images.Count; first += EncodedTogether)
        {
            int rows = Math.Min(EncodedTogether, images.Count - first);
            images.CopyTo(first, rows, pixels);
            network.Encode(
                pixels.AsSpan(0, rows * images.PixelCount), rows,
                features.AsSpan(first * network.FeatureDimension, rows * network.FeatureDimension));
        }

        return features;
    }
}
