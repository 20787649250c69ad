using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
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

    private RowLabels(Dictionary<DataViewRowId, int> classes, IReadOnlyList<(string Label, string Name)> labels, long missing)
    {
        _classes = classes;
        Indices = labels.Index().ToDictionary(l => l.Item.Label, l => l.Index, StringComparer.Ordinal);
        ClassNames = [.. labels.Select(l => l.Name)];
        MissingCount = missing;
    }

    /// <summary>
    /// The names of the classes. Of a key they are its values, also those that no row has, in the key's order, which is that of scores by which ML.NET
    /// evaluates; else the labels as text in ordinal order. So class indices do not depend on the order of the rows.
    /// </summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Class index by label as <see cref="LabelReader"/> reads it.</summary>
    public IReadOnlyDictionary<string, int> Indices { get; }

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

        (string Label, string Name)[] labels =
            KeyValues(column)?.Select((name, i) => ((i + 1).ToString(CultureInfo.InvariantCulture), name)).ToArray()
            ?? [.. rows.Keys.Order(StringComparer.Ordinal).Select(text => (text, text))];
        var classes = new Dictionary<DataViewRowId, int>(rows.Values.Sum(r => r.Count));
        foreach ((int index, (string label, _)) in labels.Index())
        {
            foreach (DataViewRowId row in rows.GetValueOrDefault(label, []))
                classes[row] = index;
        }

        return new RowLabels(classes, labels, missing);
    }

    /// <summary>Adds what tells these labels from others to a hash.</summary>
    public void AddTo(IncrementalHash hash)
    {
        foreach (string name in ClassNames)
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
        foreach ((DataViewRowId id, int label) in _classes.OrderBy(c => (c.Key.High, c.Key.Low)))
            hash.AppendData(MemoryMarshal.AsBytes([id.High, id.Low, (ulong)label]));
    }

    /// <summary>The values of a key as text; <see langword="null"/> where the column is no key or its values are not known.</summary>
    private static IEnumerable<string>? KeyValues(DataViewSchema.Column column) =>
        column.Type is not KeyDataViewType || column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType { ItemType: var type } ? null
        : type is TextDataViewType ? Values<ReadOnlyMemory<char>>(column).Select(v => v.ToString())
        : type.RawType == typeof(float) ? Values<float>(column).Select(Text)
        : type.RawType == typeof(double) ? Values<double>(column).Select(Text)
        : type.RawType == typeof(int) ? Values<int>(column).Select(Text)
        : type.RawType == typeof(uint) ? Values<uint>(column).Select(Text)
        : type.RawType == typeof(long) ? Values<long>(column).Select(Text)
        : type.RawType == typeof(bool) ? Values<bool>(column).Select(v => v ? "1" : "0")
        : null;

    private static IEnumerable<T> Values<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.GetKeyValues(ref values);
        return values.DenseValues();
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
