using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Reads a label column of any usual type as text, so that equal labels are equal strings, be they keys in one data set and text in another.</summary>
internal static class LabelReader
{
    /// <summary>Opens a getter; it gives <see langword="null"/> where the label is missing.</summary>
    public static Func<string?> Open(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, v => v.IsEmpty ? null : v.ToString()),
        KeyDataViewType key when key.RawType == typeof(uint) => Read<uint>(row, column, KeyText<uint>(column)),
        KeyDataViewType key when key.RawType == typeof(byte) => Read<byte>(row, column, KeyText<byte>(column)),
        KeyDataViewType key when key.RawType == typeof(ushort) => Read<ushort>(row, column, KeyText<ushort>(column)),
        KeyDataViewType key when key.RawType == typeof(ulong) => Read<ulong>(row, column, KeyText<ulong>(column)),
        BooleanDataViewType => Read<bool>(row, column, Text),
        NumberDataViewType number when number.RawType == typeof(float) => Read<float>(row, column, v => float.IsNaN(v) ? null : Text(v)),
        NumberDataViewType number when number.RawType == typeof(int) => Read<int>(row, column, Text),
        NumberDataViewType number when number.RawType == typeof(uint) => Read<uint>(row, column, Text),
        _ => throw new ArgumentException(
            $"The label column '{column.Name}' holds {column.Type}; it must hold text, a key, a number or a boolean. Pretraining does without labels: set LabelColumnName to null there."),
    };

    /// <summary>The values that a key stands for, in its order, as text; <see langword="null"/> where the column is no key or its values are not known.</summary>
    public static string[]? KeyValues(DataViewSchema.Column column) =>
        column.Type is not KeyDataViewType || column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType { ItemType: var type } ? null
        : type is TextDataViewType ? Values<ReadOnlyMemory<char>>(column, v => v.ToString())
        : type.RawType == typeof(float) ? Values<float>(column, Text)
        : type.RawType == typeof(double) ? Values<double>(column, Text)
        : type.RawType == typeof(int) ? Values<int>(column, Text)
        : type.RawType == typeof(uint) ? Values<uint>(column, Text)
        : type.RawType == typeof(long) ? Values<long>(column, Text)
        : type.RawType == typeof(bool) ? Values<bool>(column, Text)
        : null;

    private static Func<string?> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string?> text)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }

    /// <summary>Keys count from 1; 0 is "missing". Without values a key is its number.</summary>
    private static Func<T, string?> KeyText<T>(DataViewSchema.Column column)
        where T : System.Numerics.IBinaryInteger<T>
    {
        string[]? values = KeyValues(column);
        return key => key == T.Zero ? null : values is null ? Text(key) : values[int.CreateChecked(key) - 1];
    }

    private static string[] Values<T>(DataViewSchema.Column column, Func<T, string> text)
    {
        VBuffer<T> values = default;
        column.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(text)];
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "1" : "0";
}
