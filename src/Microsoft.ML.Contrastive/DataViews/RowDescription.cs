using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Says which row an error is about, in words that its owner recognises: its position and the text columns that its image was made from.</summary>
/// <param name="row">The row or cursor.</param>
/// <param name="columns">Text columns, active in <paramref name="row"/>; see <see cref="ColumnsFor"/>.</param>
internal sealed class RowDescription(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
{
    /// <summary>The text columns before an image column: the path that it was loaded from is one of them.</summary>
    public static IEnumerable<DataViewSchema.Column> ColumnsFor(DataViewSchema schema, DataViewSchema.Column image) =>
        schema.Where(c => c.Index < image.Index && c.Type is TextDataViewType);

    /// <summary>For example "row 7 (ImagePath 'cats/12.jpg', Label 'cats')".</summary>
    public override string ToString()
    {
        var names = new List<string>();
        foreach (DataViewSchema.Column column in columns)
        {
            ReadOnlyMemory<char> text = default;
            row.GetGetter<ReadOnlyMemory<char>>(column)(ref text);
            if (!text.IsEmpty)
                names.Add($"{column.Name} '{text}'");
        }

        return $"row {row.Position} ({(names.Count > 0 ? string.Join(", ", names) : "no text column before it tells the file")})";
    }
}
