using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// A sample of positive pairs as training makes them: the same rows with the same views whenever it is measured, so that the values of a run's epochs compare.
/// The views are made anew each time, which costs less than keeping them.
/// </summary>
/// <param name="views">Where training's views come from; the first two of a row are its pair.</param>
/// <param name="count">Most pairs to look at.</param>
internal sealed class MonitoredPairs(IViewSource views, int count)
{
    /// <summary>An epoch that is never trained: it decides rows and views.</summary>
    private const long Epoch = long.MaxValue;
    private const int EncodedTogether = 64;

    /// <summary>Mean squared distance of the encoder's features of the two views, 0 … 4; not a number where there are no pairs.</summary>
    public double Alignment(EncoderNetwork network)
    {
        int pairs = Math.Min(count, views.RowCount), together = Math.Min(pairs, EncodedTogether);
        if (pairs == 0 || views.ViewSizes.Count < 2)
            return double.NaN;
        var first = new List<float>();
        var second = new List<float>();
        using var batch = new ViewBatch(views.ViewSizes, together, views.Labels is not null);
        using IViewEpochReader reader = views.Open(Epoch);
        for (int encoded = 0; encoded + together <= pairs && reader.Fill(batch); encoded += together)
        {
            first.AddRange(network.Encode(batch.Views[0]));
            second.AddRange(network.Encode(batch.Views[1]));
        }

        return first.Count == 0 ? double.NaN : PositivePairAgreement.Measure([.. first], [.. second], network.FeatureDimension).Alignment;
    }
}
