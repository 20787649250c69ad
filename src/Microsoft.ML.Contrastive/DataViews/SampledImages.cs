using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>One of the images that are looked at. Valid until the next.</summary>
/// <param name="Position">Position of its row, from 0.</param>
/// <param name="Id">Identifier of its row.</param>
/// <param name="Source">The image, decoded when it is read.</param>
internal readonly record struct SampledImage(long Position, DataViewRowId Id, DecodedSource Source);

/// <summary>Some of the images of a column, spread evenly over the data: rows of a folder come sorted by class.</summary>
internal static class SampledImages
{
    /// <summary>The middles of <paramref name="count"/> equal parts of the data, or all rows of data with fewer.</summary>
    public static IEnumerable<SampledImage> Read(IDataView data, DataViewSchema.Column image, int count, CancellationToken cancellation = default)
    {
        long rows = data.GetRowCount() ?? Count(data), shown = Math.Min(count, rows);
        return Read(data, image, new HashSet<long>(Enumerable.Range(0, (int)shown).Select(i => (long)((i + 0.5) * rows / shown))), cancellation);
    }

    /// <summary>The images at some positions, of which those beyond the data's end are left out, in the order of the data.</summary>
    public static IEnumerable<SampledImage> Read(IDataView data, DataViewSchema.Column image, IReadOnlySet<long> positions, CancellationToken cancellation = default)
    {
        DataViewSchema.Column[] describing = [.. RowDescription.ColumnsFor(data.Schema, image)];
        using DataViewRowCursor cursor = data.GetRowCursor([image, .. describing]);
        using var source = new DecodedSource(cursor, image, describing);
        ValueGetter<DataViewRowId> identifier = cursor.GetIdGetter();
        for (int taken = 0; taken < positions.Count && cursor.MoveNext();)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!positions.Contains(cursor.Position))
                continue;
            taken++;
            DataViewRowId id = default;
            identifier(ref id);
            yield return new SampledImage(cursor.Position, id, source);
        }
    }

    private static long Count(IDataView data)
    {
        long count = 0;
        using DataViewRowCursor cursor = data.GetRowCursor([]);
        while (cursor.MoveNext())
            count++;
        return count;
    }
}
