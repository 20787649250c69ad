using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>
/// The images of a data set as rows: <see cref="PathColumnName"/>, <see cref="LabelColumnName"/> (missing where there is none), <see cref="SplitColumnName"/> and
/// <see cref="ImageColumnName"/>, decoded when it is asked for. A row's identifier is its place in the data set.
/// </summary>
/// <param name="images">All images of the data set.</param>
/// <param name="classNames">Names of their classes.</param>
/// <param name="chosen">Which of them are rows; all when null.</param>
internal sealed class DatasetView(DatasetImage[] images, IReadOnlyList<string> classNames, int[]? chosen = null) : RandomAccessDataView(Columns(), images.Length, chosen)
{
    /// <summary>A unique name: the full path of a file, else where in the archive or the binary file the image is.</summary>
    public const string PathColumnName = "ImagePath";

    public const string LabelColumnName = "Label", SplitColumnName = "Split", ImageColumnName = "Image";

    /// <inheritdoc/>
    protected override Delegate GetGetter(DataViewSchema.Column column, Func<int> place)
    {
        return column.Name switch
        {
            ImageColumnName => (ValueGetter<MLImage>)ReadImage,
            PathColumnName => Text(image => image.Name),
            LabelColumnName => Text(image => image.Class < 0 ? "" : classNames[image.Class]),
            _ => Text(image => image.Split),
        };

        ValueGetter<ReadOnlyMemory<char>> Text(Func<DatasetImage, string> text) => (ref value) => value = text(images[place()]).AsMemory();

        void ReadImage(ref MLImage destination)
        {
            // As ML.NET's own loader does: whoever passes an image gives it away.
            destination?.Dispose();
            destination = null!;
            DatasetImage image = images[place()];
            destination = image.Source.Read(image.Index);
            destination.Tag = image.Name;
        }
    }

    private static DataViewSchema Columns()
    {
        var schema = new DataViewSchema.Builder();

        // Text before the image: an error about an image quotes the text columns that stand before it.
        schema.AddColumn(PathColumnName, TextDataViewType.Instance);
        schema.AddColumn(LabelColumnName, TextDataViewType.Instance);
        schema.AddColumn(SplitColumnName, TextDataViewType.Instance);
        schema.AddColumn(ImageColumnName, new ImageDataViewType());
        return schema.ToSchema();
    }
}
