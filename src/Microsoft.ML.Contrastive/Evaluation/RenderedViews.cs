using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>A rendered view.</summary>
/// <param name="Rgb">Height × width × 3 bytes.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
internal sealed record RenderedView(byte[] Rgb, int Width, int Height);

/// <summary>Views in memory as data with one image column, for an encoder to read.</summary>
internal sealed class RenderedViews : IDataView
{
    private readonly IReadOnlyList<RenderedView> _views;

    public RenderedViews(IReadOnlyList<RenderedView> views, string columnName)
    {
        _views = views;
        bool alike = views.All(view => (view.Width, view.Height) == (views[0].Width, views[0].Height));
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(columnName, alike && views.Count > 0 ? new ImageDataViewType(views[0].Height, views[0].Width) : new ImageDataViewType());
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _views.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this, columnsNeeded.Any());

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RenderedViews data, bool active) : DataViewRowCursor
    {
        private int _position = -1;

        public override DataViewSchema Schema => data.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_position >= data._views.Count - 1)
            {
                _position = -1;
                return false;
            }

            _position++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            // Who reads an image owns it, so each reading makes one.
            ValueGetter<MLImage> getter = (ref MLImage image) =>
            {
                image?.Dispose();
                image = null!;
                RenderedView view = data._views[_position];
                image = MLImagePixels.Create(new RgbImage(view.Rgb, view.Width, view.Height));
            };
            return getter as ValueGetter<TValue> ?? throw new InvalidOperationException($"The column '{column.Name}' holds {nameof(MLImage)}; it was asked for as {typeof(TValue)}.");
        }
    }
}
