using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Datasets;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>For some images those that the encoder finds most like them.</summary>
internal static class NeighboursSection
{
    private const string Id = "neighbours", Title = "Nearest neighbours";

    private const int Queries = 10, Neighbours = 8, Side = 72;

    public static ReportSection Create(ReportEvidence evidence, CancellationToken cancellation)
    {
        ReportImages images = evidence.Images;
        if (evidence.Trained is null)
            return ReportSection.Without(Id, Title, evidence.NoFeatures!);
        if (images.Count < 2)
            return ReportSection.Without(Id, Title, "There is one image only.");
        float[] features = evidence.Trained.Normalised();
        var rows = Chosen(images).Select(query => (Query: query, Nearest: Nearest(features, evidence.Trained.Dimension, query))).ToArray();

        int[] shown = [.. rows.SelectMany(row => row.Nearest.Select(found => found.Image).Prepend(row.Query)).Distinct().Order()];
        using var thumbnails = new Thumbnails(shown.Length, Side);
        foreach ((int place, _, SKImage image) in ReportImages.Decode(evidence.Dataset, [.. shown.Select(image => images.Choice.Rows[image])], cancellation))
        {
            using (image)
                thumbnails.Draw(place, image);
        }

        object Tile(int image, double? cosine, bool other)
        {
            int place = Array.BinarySearch(shown, image);
            return new
            {
                Column = place % thumbnails.Columns,
                Row = place / thumbnails.Columns,
                Name = images.Names[image],
                Class = images.ClassOf(image),
                Cosine = cosine?.ToString("0.00", CultureInfo.InvariantCulture),
                Other = other,
            };
        }

        bool Differs(int query, int image) => images.Choice.Classes[query] >= 0 && images.Choice.Classes[image] >= 0 && images.Choice.Classes[query] != images.Choice.Classes[image];
        return new ReportSection(Id, Title, new
        {
            Source = thumbnails.ToDataUri(),
            thumbnails.Columns,
            thumbnails.Rows,
            images.Count,
            Labels = images.ClassNames.Count > 0,
            Queries = rows.Select(
                row =>
                    new { Query = Tile(row.Query, null, other: false), Neighbours = row.Nearest.Select(found => Tile(found.Image, found.Cosine, Differs(row.Query, found.Image))) }),
        });
    }

    /// <summary>One of each class in turn; without labels some that are spread over the data. Those that classifiers are asked about come first.</summary>
    private static IEnumerable<int> Chosen(ReportImages images)
    {
        int[] all = [.. Enumerable.Range(0, images.Count)];
        if (images.Choice.Classes.All(label => label < 0))
            return EvenSample.Of(all.Length, Queries);
        return all.Where(i => images.Choice.Classes[i] >= 0)
            .GroupBy(i => images.Choice.Classes[i]).OrderBy(group => group.Key)
            .SelectMany(group => group.OrderByDescending(i => images.Choice.Asked[i]).Select((image, rank) => (image, rank)))
            .OrderBy(candidate => candidate.rank).Take(Queries).Select(candidate => candidate.image);
    }

    private static (int Image, double Cosine)[] Nearest(float[] normalised, int dimension, int query)
    {
        int count = normalised.Length / dimension;
        ReadOnlySpan<float> own = normalised.AsSpan(query * dimension, dimension);
        double[] cosines = new double[count];
        for (int other = 0; other < count; other++)
        {
            ReadOnlySpan<float> row = normalised.AsSpan(other * dimension, dimension);
            for (int i = 0; i < dimension; i++)
                cosines[other] += own[i] * row[i];
        }

        return [.. Enumerable.Range(0, count).Where(other => other != query).OrderByDescending(other => cosines[other]).Take(Neighbours).Select(other => (other, cosines[other]))];
    }
}
