using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>
/// The images of a data set as rows: <see cref="PathColumnName"/>, <see cref="LabelColumnName"/> (missing where there is none), <see cref="SplitColumnName"/> and
/// <see cref="ImageColumnName"/>, decoded when it is asked for. It can shuffle and splits into several cursors; a row's identifier is its place in the data set.
/// </summary>
internal sealed class DatasetView : IDataView
{
    /// <summary>A unique name: the full path of a file, else where in the archive or the binary file the image is.</summary>
    public const string PathColumnName = "ImagePath";

    public const string LabelColumnName = "Label", SplitColumnName = "Split", ImageColumnName = "Image";

    private readonly DatasetImage[] _images;
    private readonly IReadOnlyList<string> _classNames;
    private readonly int[]? _chosen;
    private readonly DataViewSchema.Column _path, _label, _split, _image;

    /// <summary>Wraps images.</summary>
    /// <param name="images">All images of the data set.</param>
    /// <param name="classNames">Names of their classes.</param>
    /// <param name="chosen">Which of them are rows; all when null.</param>
    public DatasetView(DatasetImage[] images, IReadOnlyList<string> classNames, int[]? chosen = null)
    {
        (_images, _classNames, _chosen) = (images, classNames, chosen);
        var schema = new DataViewSchema.Builder();
        // Text before the image: an error about an image quotes the text columns that stand before it.
        schema.AddColumn(PathColumnName, TextDataViewType.Instance);
        schema.AddColumn(LabelColumnName, TextDataViewType.Instance);
        schema.AddColumn(SplitColumnName, TextDataViewType.Instance);
        schema.AddColumn(ImageColumnName, new ImageDataViewType());
        Schema = schema.ToSchema();
        (_path, _label, _split, _image) = (Schema[PathColumnName], Schema[LabelColumnName], Schema[SplitColumnName], Schema[ImageColumnName]);
    }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    private int Count => _chosen?.Length ?? _images.Length;

    /// <inheritdoc/>
    public long? GetRowCount() => Count;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => GetRowCursorSet(columnsNeeded, 1, rand)[0];

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
            active[column.Index] = true;
        int[] order = _chosen ?? [.. Enumerable.Range(0, _images.Length)];
        if (rand is not null)
        {
            order = [.. order];
            rand.Shuffle(order);
        }

        return [.. Enumerable.Range(0, n).Select(part => new Cursor(this, active, order, part, n))];
    }

    /// <summary>Every n-th block of the order. The block's number is the batch, by which ML.NET puts the rows of several cursors back in order.</summary>
    private sealed class Cursor(DatasetView data, bool[] active, int[] order, int part, int parts) : DataViewRowCursor
    {
        private const int BlockSize = 16;
        private long _position = -1;
        private int _current = -1;
        private bool _ended;

        public override DataViewSchema Schema => data.Schema;

        public override long Position => _ended ? -1 : _position;

        public override long Batch => (Math.Max(0, _position) / BlockSize * parts) + part;

        public override bool MoveNext()
        {
            if (_ended)
                return false;
            _position++;
            long at = (Batch * BlockSize) + (_position % BlockSize);
            _ended = at >= order.Length;
            _current = _ended ? -1 : order[at];
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref id) => id = new DataViewRowId((ulong)Current(), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor was made.");
            Delegate getter = column.Index == data._image.Index ? (ValueGetter<MLImage>)ReadImage
                : column.Index == data._path.Index ? Text(image => image.Name)
                : column.Index == data._label.Index ? Text(image => image.Class < 0 ? "" : data._classNames[image.Class])
                : Text(image => image.Split);
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' holds {column.Type}; it was asked for as {typeof(TValue)}.");
        }

        private ValueGetter<ReadOnlyMemory<char>> Text(Func<DatasetImage, string> text) => (ref value) => value = text(data._images[Current()]).AsMemory();

        private void ReadImage(ref MLImage destination)
        {
            // As ML.NET's own loader does: whoever passes an image gives it away.
            destination?.Dispose();
            destination = null!;
            DatasetImage image = data._images[Current()];
            destination = image.Source.Read(image.Index);
            destination.Tag = image.Name;
        }

        private int Current() => _current >= 0 ? _current : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");
    }
}
