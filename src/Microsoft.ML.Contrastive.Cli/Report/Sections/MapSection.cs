using System.Globalization;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>The images as points of a plane: by principal components, and by t-SNE.</summary>
internal static class MapSection
{
    private const string Id = "map", Title = "Map";

    private const int FewestImages = 10, Seed = 1;

    /// <summary>Part of the map's width that a picture takes, and that the others keep away from it.</summary>
    private const double PictureShare = 0.034;

    /// <summary>Height of the map, its width being 1: the style sheet has it, too.</summary>
    private const double Height = 0.7;

    public static ReportSection Create(ReportEvidence evidence, CancellationToken cancellation)
    {
        ReportImages images = evidence.Images;
        if (evidence.Trained is not { } features)
            return ReportSection.Without(Id, Title, evidence.NoFeatures!);
        if (images.Count < FewestImages)
            return ReportSection.Without(Id, Title, $"There are fewer than {FewestImages} images.");
        float[] normalised = features.Normalised();
        float[]? components = PrincipalComponents(normalised, features.Dimension);
        TSneMap map = TSne.Map(normalised, features.Dimension, new TSneOptions { Start = components, Seed = Seed }, cancellation);
        (double X, double Y)[] tsne = Fit(map.Points), pca = components is null ? tsne : Fit(components);
        bool[] onTsne = Pictures(tsne), onPca = Pictures(pca);

        return new ReportSection(Id, Title, new
        {
            Source = images.Thumbnails,
            images.ThumbnailGrid.Columns,
            images.ThumbnailGrid.Rows,
            images.Count,
            images.Total,
            HasComponents = components is not null,
            Perplexity = map.Perplexity.ToString("0.#", CultureInfo.InvariantCulture),
            Divergence = map.Divergence.ToString("0.00", CultureInfo.InvariantCulture),
            Classes = images.Choice.Classes.Where(label => label >= 0).GroupBy(label => label).OrderBy(group => group.Key).Select(
                group => new { Index = group.Key, Name = images.ClassNames[group.Key], Count = group.Count() }),
            Points = Enumerable.Range(0, images.Count).Select(i => new
            {
                Column = i % images.ThumbnailGrid.Columns,
                Row = i / images.ThumbnailGrid.Columns,
                X = Percent(tsne[i].X),
                Y = Percent(tsne[i].Y / Height),
                PcaX = Percent(pca[i].X),
                PcaY = Percent(pca[i].Y / Height),
                Picture = onTsne[i],
                PcaPicture = onPca[i],
                Class = images.Choice.Classes[i],
                Name = images.ClassOf(i) is { Length: > 0 } label ? $"{label}: {images.Names[i]}" : images.Names[i],
            }),
        });
    }

    /// <summary>ML.NET's first two principal components; null where it finds none, as for features that are all equal.</summary>
    private static float[]? PrincipalComponents(float[] features, int dimension)
    {
        const string Name = nameof(FeatureRow.Features);
        var mlContext = new MLContext(Seed);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[Name].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        IDataView rows = mlContext.Data.LoadFromEnumerable(features.Chunk(dimension).Select(row => new FeatureRow { Features = row }), schema);
        int oversampling = Math.Clamp(Math.Min(dimension, features.Length / dimension) - 2, 0, 20);
        IDataView projected = mlContext.Transforms.ProjectToPrincipalComponents(Name, rank: 2, overSampling: oversampling, seed: Seed).Fit(rows).Transform(rows);
        float[] points = [.. projected.GetColumn<float[]>(Name).SelectMany(row => row)];
        return points.All(float.IsFinite) && points.Distinct().Skip(1).Any() ? points : null;
    }

    /// <summary>Points of a map of width 1, with a margin, at one scale in both directions.</summary>
    private static (double X, double Y)[] Fit(float[] points)
    {
        const double Margin = 0.03;
        float[] xs = [.. points.Where((_, i) => i % 2 == 0)], ys = [.. points.Where((_, i) => i % 2 == 1)];
        double width = Math.Max((double)xs.Max() - xs.Min(), 1e-12), height = Math.Max((double)ys.Max() - ys.Min(), 1e-12);
        double scale = Math.Min((1 - (2 * Margin)) / width, (Height - (2 * Margin)) / height);
        double middleX = ((double)xs.Max() + xs.Min()) / 2, middleY = ((double)ys.Max() + ys.Min()) / 2;
        return [.. xs.Zip(ys, (x, y) => (0.5 + ((x - middleX) * scale), (Height / 2) - ((y - middleY) * scale)))];
    }

    /// <summary>Which points are shown as pictures: as many as have room.</summary>
    private static bool[] Pictures((double X, double Y)[] points)
    {
        bool[] shown = new bool[points.Length];
        var taken = new List<(double X, double Y)>();
        for (int i = 0; i < points.Length; i++)
        {
            (double x, double y) = points[i];
            if (taken.Exists(other => Math.Abs(other.X - x) < PictureShare && Math.Abs(other.Y - y) < PictureShare))
                continue;
            taken.Add(points[i]);
            shown[i] = true;
        }

        return shown;
    }

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture);

    private sealed class FeatureRow
    {
        public float[] Features { get; set; } = [];
    }
}
