using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the monitor saw in one epoch.</summary>
internal readonly record struct RepresentationSummary(double Spread, double EffectiveRank, double? KnnAccuracy);

/// <summary>
/// Looks at the encoder after each epoch: does it still tell images apart (spread, effective rank), and does it tell classes apart
/// (nearest neighbours, when there are labels)?
/// </summary>
internal sealed class EncoderMonitor(EncoderNetwork network, MonitoredSample sample, MonitoredSample? validation)
{
    /// <summary>Neighbours and temperature of the usual protocol (Wu et al. 2018); fewer neighbours when the sample is small.</summary>
    private const int Neighbours = 20;
    private const double Temperature = 0.07;
    private const int EncodedTogether = 128;

    public RepresentationSummary Measure()
    {
        if (sample.Count == 0)
            return new RepresentationSummary(double.NaN, double.NaN, null);
        network.Backbone.eval();
        float[] features = Encode(sample);
        RepresentationHealth health = RepresentationHealth.Measure(features, network.FeatureDimension);
        return new RepresentationSummary(health.NormalizedFeatureSpread, health.EffectiveRank, KnnAccuracy(features));
    }

    private double? KnnAccuracy(float[] features)
    {
        if (!sample.HasLabels)
            return null;
        var classifier = new NearestNeighbourClassifier(features, network.FeatureDimension, sample.Labels, Neighbours, Temperature);
        if (validation is { HasLabels: true })
            return classifier.Accuracy(Encode(validation), validation.Labels);
        return classifier.LeaveOneOutAccuracy();
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
