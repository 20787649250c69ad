namespace Microsoft.ML.Contrastive.Training;

/// <summary>Counts rows of data that do not know their number, without reading any column.</summary>
internal static class RowCounter
{
    public static long Count(IDataView data)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([]);
        long rows = 0;
        while (cursor.MoveNext())
            rows++;
        return rows;
    }
}
