using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// Reads images as the encoder's input, row by row. It asks the data for the image column only and resizes and extracts a row at a time: a
/// cursor over the pixels themselves would be read ahead by ML.NET on threads of its own, and one unreadable image would end it.
/// </summary>
internal sealed class PixelReader : IDisposable
{
    private readonly DataViewSchema.Column _image;
    private readonly DataViewRow _pixels;
    private readonly ValueGetter<VBuffer<float>> _getPixels;
    private readonly RowDescription _description;
    private VBuffer<float> _values;

    /// <param name="data">The data.</param>
    /// <param name="input">What stands before the network.</param>
    /// <param name="others">Further columns that the cursor is to have active.</param>
    public PixelReader(IDataView data, EncoderInput input, params IEnumerable<DataViewSchema.Column> others)
    {
        _image = data.Schema[input.ImageColumn];
        DataViewSchema.Column[] describing = [.. RowDescription.ColumnsFor(data.Schema, _image)];
        Cursor = data.GetRowCursor([_image, .. describing, .. others]);
        IRowToRowMapper mapper = ((ITransformer)input.For(data.Schema)).GetRowToRowMapper(data.Schema);
        DataViewSchema.Column column = mapper.OutputSchema[input.PixelColumn];
        _pixels = mapper.GetRow(Cursor, [column]);
        _getPixels = _pixels.GetGetter<VBuffer<float>>(_pixels.Schema[column.Index]);
        _description = new RowDescription(Cursor, describing);
    }

    /// <summary>The rows; move it to move on.</summary>
    public DataViewRowCursor Cursor { get; }

    /// <summary>Copies the current row's pixels: 3 × H × W values 0 … 255.</summary>
    /// <exception cref="InvalidOperationException">The image cannot be read; the message tells which.</exception>
    public void Read(Span<float> pixels)
    {
        try
        {
            _getPixels(ref _values);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"The column '{_image.Name}' has no readable image in {_description}: {e.Message}", e);
        }

        _values.CopyTo(pixels);
    }

    public void Dispose()
    {
        _pixels.Dispose();
        Cursor.Dispose();
    }
}
