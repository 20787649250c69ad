using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// The paths and labels of image files as data. Unlike <c>LoadFromEnumerable</c> it can shuffle, and splits into several cursors; a row keeps its
/// identifier, its place in the ordered list of files, throughout.
/// </summary>
internal sealed class ImageFolderDataView : IDataView
{
    /// <summary>Name of the column with full paths.</summary>
    public const string PathColumnName = "ImagePath";

    /// <summary>Name of the column with labels.</summary>
    public const string LabelColumnName = "Label";

    private readonly ImageFile[] _files;

    /// <summary>Wraps files; their order is the order of the rows.</summary>
    public ImageFolderDataView(ImageFile[] files)
    {
        _files = files;
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(PathColumnName, TextDataViewType.Instance);
        schema.AddColumn(LabelColumnName, TextDataViewType.Instance);
        Schema = schema.ToSchema();
    }

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public long? GetRowCount() => _files.Length;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        GetRowCursorSet(columnsNeeded, 1, rand)[0];

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
            active[column.Index] = true;
        int[]? order = rand is null ? null : [.. Enumerable.Range(0, _files.Length)];
        if (order is not null)
            rand!.Shuffle(order);
        return [.. Enumerable.Range(0, n).Select(part => new Cursor(this, active, order, part, n))];
    }

    /// <summary>
    /// Every n-th block of the order, that of the files where there is none. The block's number is the batch, by which ML.NET puts the rows of several cursors back in order.
    /// </summary>
    private sealed class Cursor(ImageFolderDataView data, bool[] active, int[]? order, int part, int parts) : DataViewRowCursor
    {
        private const int BlockSize = 16;
        private long _position = -1;
        private int _file = -1;
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
            _ended = at >= data._files.Length;
            _file = _ended ? -1 : order is null ? (int)at : order[at];
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Current(), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor was made.");
            ValueGetter<ReadOnlyMemory<char>> getter = column.Index == 0
                ? (ref text) => text = data._files[Current()].Path.AsMemory()
                : (ref text) => text = data._files[Current()].Label.AsMemory();
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' holds text; it was asked for as {typeof(TValue)}.");
        }

        private int Current() => _file >= 0 ? _file : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");
    }
}
