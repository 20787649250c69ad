using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The class of each row, read once from a label column: by row identifier, which stays with a row through shuffles, several cursors and rows left out
/// because their image cannot be read.
/// </summary>
internal sealed class RowLabels
{
    /// <summary>The class of a row whose label is missing.</summary>
    public const int Missing = -1;

    private readonly Dictionary<DataViewRowId, int> _classes;

    private RowLabels(Dictionary<DataViewRowId, int> classes, string[] classNames) => (_classes, ClassNames) = (classes, classNames);

    /// <summary>The labels as text in ordinal order, so that class indices do not depend on the order of the rows.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Class index of a row, 0 … <see cref="ClassNames"/>.Count − 1, or <see cref="Missing"/>.</summary>
    public int this[DataViewRowId row] => _classes.GetValueOrDefault(row, Missing);

    /// <summary>Reads a label column; no other column is touched.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Its label column: text, a key, a number or a boolean.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">The reading was stopped.</exception>
    public static RowLabels Read(IDataView data, DataViewSchema.Column column, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, List<DataViewRowId>>(StringComparer.Ordinal);
        using (DataViewRowCursor cursor = data.GetRowCursor([column]))
        {
            Func<string?> getLabel = LabelReader.Open(cursor, column);
            ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                if (getLabel() is not { Length: > 0 } text)
                    continue;
                getId(ref id);
                if (!texts.TryGetValue(text, out List<DataViewRowId>? rows))
                    texts.Add(text, rows = []);
                rows.Add(id);
            }
        }

        string[] names = [.. texts.Keys.Order(StringComparer.Ordinal)];
        var classes = new Dictionary<DataViewRowId, int>(texts.Values.Sum(rows => rows.Count));
        foreach ((int index, string name) in names.Index())
        {
            foreach (DataViewRowId row in texts[name])
                classes[row] = index;
        }

        return new RowLabels(classes, names);
    }
}
