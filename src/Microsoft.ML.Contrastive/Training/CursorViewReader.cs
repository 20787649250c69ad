using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Reads view columns row by row into batches.</summary>
internal sealed class CursorViewReader : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly DataViewSchema.Column[] _columns;
    private readonly IReadOnlyList<ImageSize> _sizes;
    private readonly PixelNormalization _normalization;
    private readonly ValueGetter<MLImage>[] _getters;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly MLImage?[] _images;
    private byte[] _pixels = [];
    private byte[] _planes = [];

    public CursorViewReader(
        IDataView data, DataViewSchema.Column[] columns, IReadOnlyList<ImageSize> sizes, PixelNormalization normalization, long epoch, Random? shuffle)
    {
        _columns = columns;
        _sizes = sizes;
        _normalization = normalization;
        // Lazy views below foreign steps learn the epoch while their cursor is opened.
        using (ViewEpoch.Use(epoch))
            _cursor = data.GetRowCursor(columns, shuffle);
        _getters = [.. columns.Select(c => _cursor.GetGetter<MLImage>(c))];
        _getId = _cursor.GetIdGetter();
        _images = new MLImage?[columns.Length];
    }

    /// <summary>Identifier of the current row.</summary>
    public DataViewRowId Id
    {
        get
        {
            DataViewRowId id = default;
            _getId(ref id);
            return id;
        }
    }

    public bool MoveNext() => _cursor.MoveNext();

    /// <summary>Reads all views of the current row. Throws what the columns throw.</summary>
    public void Read(ViewBatch batch, int row)
    {
        for (int view = 0; view < _getters.Length; view++)
        {
            _getters[view](ref _images[view]!);
            ImageSize size = _sizes[view];
            if (_images[view] is not { } image)
                throw new InvalidOperationException($"The view '{_columns[view].Name}' is missing.");
            if (image.Width != size.Width || image.Height != size.Height)
                throw new InvalidOperationException($"The view '{_columns[view].Name}' is {image.Width}x{image.Height}; its column says {size}.");
            int length = Imaging.MLImagePixels.PackedLength(image);
            if (_pixels.Length < length)
                (_pixels, _planes) = (new byte[length], new byte[length]);
            Imaging.MLImagePixels.CopyTo(image, _pixels.AsSpan(0, length));
            PlanarPixels.Unpack(_pixels.AsSpan(0, length), _planes.AsSpan(0, length));
            PlanarPixels.Normalize(_planes.AsSpan(0, length), _normalization, batch.Pixels(view, row));
        }
    }

    public void Dispose()
    {
        foreach (MLImage? image in _images)
            image?.Dispose();
        _cursor.Dispose();
    }
}
