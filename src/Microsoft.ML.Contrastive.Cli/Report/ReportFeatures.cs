using System.Diagnostics;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>What an encoder makes of the images of a report.</summary>
/// <param name="Values">n × d features, row by row.</param>
/// <param name="Dimension">Number of features d.</param>
internal sealed record ReportFeatures(float[] Values, int Dimension)
{
    private const int TimedImages = 64;

    /// <summary>The features divided by their norms, whose distances tell the cosine. A row without length stays as it is.</summary>
    public float[] Normalised()
    {
        float[] values = [.. Values];
        FeatureRows.Normalise(values, Dimension);
        return values;
    }

    /// <summary>The features of some rows, one after another.</summary>
    public float[] Rows(int[] rows) => [.. rows.SelectMany(row => Values[(row * Dimension)..((row + 1) * Dimension)])];

    /// <summary>Encodes rows.</summary>
    /// <param name="encoder">Images to <see cref="SavedEncoder.FeaturesColumnName"/>.</param>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Null when a feature is not finite.</returns>
    public static ReportFeatures? Of(ITransformer encoder, IDataView images, CancellationToken cancellation)
    {
        IDataView encoded = encoder.Transform(images);
        DataViewSchema.Column column = encoded.Schema[SavedEncoder.FeaturesColumnName];
        using DataViewRowCursor cursor = encoded.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        var values = new List<float>();
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref row);
            values.AddRange(row.DenseValues());
        }

        return values.TrueForAll(float.IsFinite) ? new ReportFeatures([.. values], row.Length) : null;
    }

    /// <summary>How long an encoder takes for an image, in seconds; the first images, which also load it, do not count.</summary>
    public static double SecondsPerImage(ITransformer encoder, Dataset dataset, CancellationToken cancellation)
    {
        int count = Math.Min(TimedImages, dataset.Count);
        int[] rows = [.. ReportImages.Decode(dataset, [.. Enumerable.Range(0, count)], cancellation).Select(decoded =>
        {
            decoded.Image.Dispose();
            return decoded.Place;
        })];
        if (rows.Length == 0)
            return 0;
        IDataView images = dataset.RowsAt(rows);
        _ = Of(encoder, images, cancellation);
        long start = Stopwatch.GetTimestamp();
        _ = Of(encoder, images, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / rows.Length;
    }
}
