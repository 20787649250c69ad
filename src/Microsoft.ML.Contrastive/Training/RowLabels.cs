using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Contrastive.DataViews;
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

    private RowLabels(Dictionary<DataViewRowId, int> classes, string[] classNames, long missing) =>
        (_classes, ClassNames, MissingCount) = (classes, classNames, missing);

    /// <summary>
    /// The names of the classes. Of a key they are its values, also those that no row has, in the key's order, which is that of scores by which ML.NET
    /// evaluates; else the labels as text in ordinal order. So class indices do not depend on the order of the rows.
    /// </summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of rows that have a label.</summary>
    public int Count => _classes.Count;

    /// <summary>Number of rows that have none.</summary>
    public long MissingCount { get; }

    /// <summary>The classes that rows have.</summary>
    public IReadOnlyList<int> PresentClasses => [.. _classes.Values.Distinct().Order()];

    /// <summary>Class index of a row, 0 … <see cref="ClassNames"/>.Count − 1, or <see cref="Missing"/>.</summary>
    public int this[DataViewRowId row] => _classes.GetValueOrDefault(row, Missing);

    /// <summary>Reads a label column; no other column is touched.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Its label column: text, a key, a number or a boolean.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">The reading was stopped.</exception>
    public static RowLabels Read(IDataView data, DataViewSchema.Column column, CancellationToken cancellation)
    {
        var rows = new Dictionary<string, List<DataViewRowId>>(StringComparer.Ordinal);
        long missing = 0;
        using (DataViewRowCursor cursor = data.GetRowCursor([column]))
        {
            Func<string?> getLabel = LabelReader.Open(cursor, column);
            ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                if (getLabel() is not { Length: > 0 } text)
                {
                    missing++;
                    continue;
                }

                getId(ref id);
                if (!rows.TryGetValue(text, out List<DataViewRowId>? ofClass))
                    rows.Add(text, ofClass = []);
                ofClass.Add(id);
            }
        }

        string[] names = LabelReader.KeyValues(column) ?? [.. rows.Keys.Order(StringComparer.Ordinal)];
        var classes = new Dictionary<DataViewRowId, int>(rows.Values.Sum(r => r.Count));
        foreach ((int index, string name) in names.Index())
        {
            foreach (DataViewRowId row in rows.GetValueOrDefault(name, []))
                classes.TryAdd(row, index);
        }

        return new RowLabels(classes, names, missing);
    }

    /// <summary>Adds what tells these labels from others to a hash.</summary>
    public void AddTo(IncrementalHash hash)
    {
        foreach (string name in ClassNames)
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
        foreach ((DataViewRowId id, int label) in _classes.OrderBy(c => (c.Key.High, c.Key.Low)))
            hash.AppendData(MemoryMarshal.AsBytes([id.High, id.Low, (ulong)label]));
    }
}
