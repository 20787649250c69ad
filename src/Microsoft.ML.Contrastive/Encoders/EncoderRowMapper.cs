using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>The encoder a row at a time, for prediction engines.</summary>
internal sealed class EncoderRowMapper(DataViewSchema inputSchema, DataViewSchema outputSchema, EncoderInput input, IImageEncoder encoder) : IRowToRowMapper
{
    private readonly int _features = outputSchema.Count - 1;
    private readonly IRowToRowMapper _pixels = ((ITransformer)input.For(inputSchema)).GetRowToRowMapper(inputSchema);

    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema => outputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var indices = new SortedSet<int>();
        foreach (DataViewSchema.Column column in dependingColumns)
            indices.Add(column.Index == _features ? inputSchema[input.ImageColumn].Index : column.Index);
        return indices.Select(i => inputSchema[i]);
    }

    public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        bool active = activeColumns.Any(c => c.Index == _features);
        DataViewRow? pixels = active ? _pixels.GetRow(row, [_pixels.OutputSchema[input.PixelColumn]]) : null;
        return new Row(this, row, pixels, encoder);
    }

    private sealed class Row : DataViewRow
    {
        private readonly EncoderRowMapper _mapper;
        private readonly DataViewRow _input;
        private readonly DataViewRow? _pixels;
        private readonly ValueGetter<VBuffer<float>>? _getFeatures;
        private bool _disposed;

        public Row(EncoderRowMapper mapper, DataViewRow input, DataViewRow? pixels, IImageEncoder encoder)
        {
            _mapper = mapper;
            _input = input;
            _pixels = pixels;
            if (pixels is null)
                return;
            ValueGetter<VBuffer<float>> getPixels = pixels.GetGetter<VBuffer<float>>(pixels.Schema[mapper._pixels.OutputSchema[mapper.PixelColumn].Index]);
            VBuffer<float> values = default;
            _getFeatures = (ref VBuffer<float> value) =>
            {
                getPixels(ref values);
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, encoder.FeatureDimension);
                encoder.Encode(values.GetValues(), 1, editor.Values);
                value = editor.Commit();
            };
        }

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override DataViewSchema Schema => _mapper.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) =>
            column.Index == _mapper._features ? _getFeatures is not null : _input.IsColumnActive(_input.Schema[column.Index]);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != _mapper._features)
                return _input.GetGetter<TValue>(_input.Schema[column.Index]);
            return _getFeatures as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' is not active, or was asked for as {typeof(TValue)}; it holds VBuffer<float>.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (!_disposed && disposing)
            {
                _pixels?.Dispose();
                _input.Dispose();
            }

            _disposed = true;
            base.Dispose(disposing);
        }
    }

    private string PixelColumn => input.PixelColumn;
}
