using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>The images that a report looks at.</summary>
internal sealed record ReportImages
{
    private const int ThumbnailSide = 32;

    /// <summary>Number of images of the data set.</summary>
    public required int Total { get; init; }

    /// <summary>Which images these are, and which of them the classifiers are asked about.</summary>
    public required ImageChoice Choice { get; init; }

    /// <summary>Name of each, relative to the data set.</summary>
    public required string[] Names { get; init; }

    /// <summary>Names of the classes that the choice counts.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>All of them in small, as what stands behind <c>src=</c>.</summary>
    public required string Thumbnails { get; init; }

    /// <summary>How many thumbnails stand beside and above one another.</summary>
    public required (int Columns, int Rows) ThumbnailGrid { get; init; }

    /// <summary>The size that half of the images do not reach, each side by itself.</summary>
    public required ImageSize MedianSize { get; init; }

    /// <summary>Number of images.</summary>
    public int Count => Names.Length;

    /// <summary>Name of the class of an image; empty without one.</summary>
    public string ClassOf(int image) => Choice.Classes[image] is >= 0 and var index ? ClassNames[index] : "";

    /// <summary>Reads images; those that cannot be decoded are left out.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="choice">Which of its images.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">None can be decoded.</exception>
    public static ReportImages Read(Dataset dataset, ImageChoice choice, CancellationToken cancellation)
    {
        using var thumbnails = new Thumbnails(choice.Rows.Length, ThumbnailSide);
        var names = new List<string>();
        var kept = new List<int>();
        var sizes = new List<(int Width, int Height)>();
        foreach ((int i, string name, SKImage image) in Decode(dataset, choice.Rows, cancellation))
        {
            using (image)
            {
                thumbnails.Draw(kept.Count, image);
                sizes.Add((image.Width, image.Height));
            }

            kept.Add(i);
            names.Add(dataset.RelativeName(name));
        }

        if (kept.Count == 0)
            throw new InvalidDataException($"None of {choice.Rows.Length} images of '{dataset.Path}' can be decoded.");
        return new ReportImages
        {
            Total = dataset.Count,
            Choice = choice with { Rows = [.. kept.Select(i => choice.Rows[i])], Classes = [.. kept.Select(i => choice.Classes[i])], Asked = [.. kept.Select(i => choice.Asked[i])] },
            Names = [.. names],
            ClassNames = dataset.ClassNames,
            Thumbnails = thumbnails.ToDataUri(),
            ThumbnailGrid = (thumbnails.Columns, thumbnails.Rows),
            MedianSize = new ImageSize(Median(sizes.Select(size => size.Width)), Median(sizes.Select(size => size.Height))),
        };
    }

    /// <summary>Decodes rows of a data set, without those that cannot be; the caller disposes the images.</summary>
    public static IEnumerable<(int Place, string Name, SKImage Image)> Decode(Dataset dataset, int[] rows, CancellationToken cancellation)
    {
        IDataView view = dataset.RowsAt(rows);
        DataViewSchema.Column path = view.Schema[DatasetView.PathColumnName], column = view.Schema[DatasetView.ImageColumnName];
        using DataViewRowCursor cursor = view.GetRowCursor([path, column]);
        ValueGetter<ReadOnlyMemory<char>> names = cursor.GetGetter<ReadOnlyMemory<char>>(path);
        ValueGetter<MLImage> images = cursor.GetGetter<MLImage>(column);
        ReadOnlyMemory<char> name = default;
        MLImage image = null!;
        for (int place = 0; cursor.MoveNext(); place++)
        {
            cancellation.ThrowIfCancellationRequested();
            names(ref name);
            try
            {
                images(ref image);
            }
            catch (InvalidDataException)
            {
                continue;
            }

            yield return (place, name.ToString(), Report.Thumbnails.ToSkia(image));
        }

        image?.Dispose();
    }

    private static int Median(IEnumerable<int> values)
    {
        int[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
