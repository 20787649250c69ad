using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The rows of a data set that have a label. Columns, identifiers and order are those of the data.</summary>
internal sealed class LabelledRows(IDataView data, RowLabels labels) : IDataView
{
    public bool CanShuffle => data.CanShuffle;

    public DataViewSchema Schema => data.Schema;

    public long? GetRowCount() => labels.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(data.GetRowCursor(columnsNeeded, rand), labels);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. data.GetRowCursorSet(columnsNeeded, n, rand).Select(c => new Cursor(c, labels))];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly DataViewRowCursor _rows;
        private readonly RowLabels _labels;
        private readonly ValueGetter<DataViewRowId> _getId;
        private long _position = -1;
        private bool _disposed;

        public Cursor(DataViewRowCursor rows, RowLabels labels) => (_rows, _labels, _getId) = (rows, labels, rows.GetIdGetter());

        public override long Position => _position;

        public override long Batch => _rows.Batch;

        public override DataViewSchema Schema => _rows.Schema;

        public override bool MoveNext()
        {
            DataViewRowId id = default;
            while (_rows.MoveNext())
            {
                _getId(ref id);
                if (_labels[id] == RowLabels.Missing)
                    continue;
                _position++;
                return true;
            }

            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _rows.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _rows.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (!_disposed && disposing)
                _rows.Dispose();
            _disposed = true;
            base.Dispose(disposing);
        }
    }
}
