using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>The paths and labels of image files as data.</summary>
/// <param name="files">The files; their order is the order of the rows.</param>
internal sealed class ImageFolderDataView(ImageFile[] files) : RandomAccessDataView(Columns(), files.Length)
{
    /// <summary>Name of the column with full paths.</summary>
    public const string PathColumnName = "ImagePath";

    /// <summary>Name of the column with labels.</summary>
    public const string LabelColumnName = "Label";

    /// <inheritdoc/>
    protected override Delegate GetGetter(DataViewSchema.Column column, Func<int> place) => (ValueGetter<ReadOnlyMemory<char>>)(column.Name == PathColumnName
        ? (ref text) => text = files[place()].Path.AsMemory()
        : (ref text) => text = files[place()].Label.AsMemory());

    private static DataViewSchema Columns()
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(PathColumnName, TextDataViewType.Instance);
        schema.AddColumn(LabelColumnName, TextDataViewType.Instance);
        return schema.ToSchema();
    }
}
