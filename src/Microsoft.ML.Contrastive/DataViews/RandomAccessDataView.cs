using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// Rows of a source that can be read at any place. Unlike <c>LoadFromEnumerable</c> it can shuffle, and splits into several cursors; a row keeps its identifier, its
/// place in the source, throughout.
/// </summary>
internal abstract class RandomAccessDataView : IDataView
{
    private readonly int _count;
    private readonly int[]? _chosen;

    /// <summary>Takes the columns and the rows.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="count">Number of places in the source.</param>
    /// <param name="chosen">The places that are rows, in the order of the rows; all places when null.</param>
    protected RandomAccessDataView(DataViewSchema schema, int count, int[]? chosen = null) => (Schema, _count, _chosen) = (schema, count, chosen);

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    private int Count => _chosen?.Length ?? _count;

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
        int[]? order = _chosen;
        if (rand is not null)
        {
            order = [.. order ?? Enumerable.Range(0, _count)];
            rand.Shuffle(order);
        }

        return [.. Enumerable.Range(0, n).Select(part => new Cursor(this, active, order, part, n))];
    }

    /// <summary>Reads a column.</summary>
    /// <param name="column">One of the columns.</param>
    /// <param name="place">Where in the source the cursor stands; an error where it stands on no row.</param>
    /// <returns>A getter of the column's type.</returns>
    protected abstract Delegate GetGetter(DataViewSchema.Column column, Func<int> place);

    /// <summary>
    /// Every n-th block of the order, that of the source where there is none. The block's number is the batch, by which ML.NET puts the rows of several cursors back in order.
    /// </summary>
    private sealed class Cursor(RandomAccessDataView data, bool[] active, int[]? order, int part, int parts) : DataViewRowCursor
    {
        private const int BlockSize = 16;
        private long _position = -1;
        private int _place = -1;
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
            _ended = at >= data.Count;
            _place = _ended ? -1 : order is null ? (int)at : order[at];
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref id) => id = new DataViewRowId((ulong)Place(), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor was made.");
            return data.GetGetter(column, Place) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' holds {column.Type}; it was asked for as {typeof(TValue)}.");
        }

        private int Place() => _place >= 0 ? _place : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");
    }
}
