using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The files behind an image column: where it holds what <c>LoadImages</c> made of a column of paths and nothing has changed it since, images can be decoded in any
/// order and at any time, without a cursor.
/// </summary>
/// <remarks>Data do not tell what they are made of, so some images, spread evenly over the data, are decoded both ways and compared to the bit.</remarks>
/// <param name="Ids">Identifier of each row, in ascending order.</param>
/// <param name="Paths">The file of each row.</param>
internal sealed record ImageColumnFiles(DataViewRowId[] Ids, string[] Paths)
{
    private const int RowsCompared = 16;

    /// <summary>Finds the files.</summary>
    /// <param name="data">The data.</param>
    /// <param name="image">The image column.</param>
    /// <param name="obstacle">Why there are none, as a part of a sentence.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static ImageColumnFiles? TryFind(IDataView data, DataViewSchema.Column image, out string obstacle, CancellationToken cancellation)
    {
        DataViewSchema.Column[] texts = [.. RowDescription.ColumnsFor(data.Schema, image)];
        if (FindPaths(data, image, texts, out obstacle, cancellation) is not ({ } column, var folder))
            return null;

        var rows = new List<(DataViewRowId Id, string Path)>();
        bool sorted = true;
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<ReadOnlyMemory<char>> getPath = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        ReadOnlyMemory<char> path = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getId(ref id);
            getPath(ref path);
            sorted &= rows.Count == 0 || StoredImages.ById.Compare(rows[^1].Id, id) <= 0;
            rows.Add((id, folder.Length == 0 ? path.ToString() : string.Concat(folder, path.Span)));
        }

        // Sorted, the rows are the same in every run, whatever order the data come in. A folder's come so.
        if (!sorted)
            rows.Sort((a, b) => StoredImages.ById.Compare(a.Id, b.Id));
        return new ImageColumnFiles([.. rows.Select(r => r.Id)], [.. rows.Select(r => r.Path)]);
    }

    /// <summary>The column that holds the paths, and what stands before them.</summary>
    private static (DataViewSchema.Column? Column, string Folder) FindPaths(
        IDataView data, DataViewSchema.Column image, DataViewSchema.Column[] texts, out string obstacle, CancellationToken cancellation)
    {
        Dictionary<DataViewSchema.Column, string>? folders = null;
        var decoder = new ImageDecoder();
        using DataViewRowCursor cursor = data.GetRowCursor([image, .. texts]);
        using var source = new DecodedSource(cursor, image, texts);
        ValueGetter<ReadOnlyMemory<char>>[] getters = [.. texts.Select(t => cursor.GetGetter<ReadOnlyMemory<char>>(t))];
        HashSet<long> positions = SpreadEvenly(data.GetRowCount() ?? RowCounter.Count(data));
        for (int seen = 0; seen < positions.Count && cursor.MoveNext();)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!positions.Contains(cursor.Position))
                continue;
            seen++;
            RgbImage fromColumn;
            try
            {
                fromColumn = source.Read();
            }
            catch (InvalidOperationException)
            {
                continue; // Unreadable: the others tell.
            }

            if (source.Tag is not { } tag || !File.Exists(tag) || !IsSame(fromColumn, decoder, tag))
            {
                obstacle = "the images are not those of files as they are";
                return default;
            }

            var ofRow = new Dictionary<DataViewSchema.Column, string>();
            foreach ((int i, DataViewSchema.Column text) in texts.Index())
            {
                ReadOnlyMemory<char> value = default;
                getters[i](ref value);
                if (!value.IsEmpty && tag.AsSpan().EndsWith(value.Span, StringComparison.Ordinal))
                    ofRow.Add(text, tag[..^value.Length]);
            }

            folders = folders is null ? ofRow : new(folders.Intersect(ofRow));
        }

        obstacle = folders is null ? "no image could be read" : "no text column before them holds the paths of their files";
        return folders is { Count: > 0 } ? folders.Select(f => ((DataViewSchema.Column?)f.Key, f.Value)).MinBy(f => f.Value.Length) : default;
    }

    private static HashSet<long> SpreadEvenly(long rows) =>
        [.. Enumerable.Range(0, RowsCompared).Select(i => i * Math.Max(0, rows - 1) / (RowsCompared - 1))];

    private static bool IsSame(RgbImage image, ImageDecoder decoder, string path)
    {
        RgbImage decoded = decoder.Decode(path);
        return (image.Width, image.Height) == (decoded.Width, decoded.Height) && image.Pixels.SequenceEqual(decoded.Pixels);
    }
}
