using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Data with a column of features, computed in batches when asked for.</summary>
internal sealed class EncoderDataView(IDataView input, DataViewSchema schema, EncoderInput encoderInput, IImageEncoder encoder, int batchSize) : IDataView
{
    // The column that came last: the input's columns keep their indices.
    private readonly int _features = schema.Count - 1;

    // Two passes over a shuffled input would not be in step.
    public bool CanShuffle => false;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] needed = [.. columnsNeeded.Select(c => c.Index)];
        DataViewRowCursor others = input.GetRowCursor(needed.Where(i => i != _features).Select(i => input.Schema[i]));
        if (!needed.Contains(_features))
            return new Cursor(this, others, null);
        try
        {
            return new Cursor(this, others, new FeatureReader(input, encoderInput, encoder, batchSize));
        }
        catch
        {
            others.Dispose();
            throw;
        }
    }

    // One cursor: the encoder uses all cores by itself, and further cursors would only split its batches.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(EncoderDataView view, DataViewRowCursor others, FeatureReader? features) : DataViewRowCursor
    {
        private bool _disposed;

        public override long Position => others.Position;

        public override long Batch => others.Batch;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) =>
            column.Index == view._features ? features is not null : others.IsColumnActive(others.Schema[column.Index]);

        public override bool MoveNext()
        {
            bool more = others.MoveNext();
            if (more)
                features?.MoveTo(others.Position);
            return more;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != view._features)
                return others.GetGetter<TValue>(others.Schema[column.Index]);
            if (features is null)
                throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor was opened.");
            ValueGetter<VBuffer<float>> getter = features.Get;
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' holds vectors of float (VBuffer<float>); it was asked for {typeof(TValue)}.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => others.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (!_disposed && disposing)
            {
                others.Dispose();
                features?.Dispose();
            }

            _disposed = true;
            base.Dispose(disposing);
        }
    }
}
