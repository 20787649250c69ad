using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Reads a label column of any usual type as text, so that equal labels are equal strings.</summary>
internal static class LabelReader
{
    /// <summary>Opens a getter; it gives <see langword="null"/> where the label is missing.</summary>
    public static Func<string?> Open(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, v => v.IsEmpty ? null : v.ToString()),
        // Keys count from 1; 0 is "missing".
        KeyDataViewType key when key.RawType == typeof(uint) => Read<uint>(row, column, v => v == 0 ? null : v.ToString(CultureInfo.InvariantCulture)),
        KeyDataViewType key when key.RawType == typeof(byte) => Read<byte>(row, column, v => v == 0 ? null : v.ToString(CultureInfo.InvariantCulture)),
        KeyDataViewType key when key.RawType == typeof(ushort) => Read<ushort>(row, column, v => v == 0 ? null : v.ToString(CultureInfo.InvariantCulture)),
        KeyDataViewType key when key.RawType == typeof(ulong) => Read<ulong>(row, column, v => v == 0 ? null : v.ToString(CultureInfo.InvariantCulture)),
        BooleanDataViewType => Read<bool>(row, column, v => v ? "1" : "0"),
        NumberDataViewType number when number.RawType == typeof(float) => Read<float>(row, column, v => float.IsNaN(v) ? null : v.ToString("R", CultureInfo.InvariantCulture)),
        NumberDataViewType number when number.RawType == typeof(int) => Read<int>(row, column, v => v.ToString(CultureInfo.InvariantCulture)),
        NumberDataViewType number when number.RawType == typeof(uint) => Read<uint>(row, column, v => v.ToString(CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException(
            $"The label column '{column.Name}' holds {column.Type}; it must hold text, a key, a number or a boolean. Set {nameof(TrainingOptions.LabelColumnName)} to null to train without labels."),
    };

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
}
