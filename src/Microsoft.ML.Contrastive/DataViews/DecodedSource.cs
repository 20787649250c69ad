using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>The image of one column, decoded once a position and kept as packed pixels for all views that are made from it.</summary>
internal sealed class DecodedSource : IDisposable
{
    private readonly DataViewRow _row;
    private readonly DataViewSchema.Column _column;
    private readonly DataViewSchema.Column[] _describing;
    private readonly ValueGetter<MLImage> _getter;
    private MLImage? _image;
    private bool _getterDisposes;
    private byte[] _pixels = [];
    private int _width, _height;
    private long _readAt = -1;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The image column, active in <paramref name="row"/>.</param>
    /// <param name="describing">Text columns that an error message quotes, active in <paramref name="row"/>.</param>
    public DecodedSource(DataViewRow row, DataViewSchema.Column column, DataViewSchema.Column[] describing)
    {
        _row = row;
        _column = column;
        _describing = describing;
        _getter = row.GetGetter<MLImage>(column);
    }

    /// <summary>What the image says about where it comes from: <see cref="MLImage.Tag"/>, for LoadImages the path.</summary>
    public string? Tag { get; private set; }

    /// <summary>The pixels at the row's position. Valid until the row moves.</summary>
    /// <exception cref="InvalidOperationException">There is no image, or it cannot be decoded; names the file where it is known.</exception>
    public RgbImage Read()
    {
        if (_readAt != _row.Position)
        {
            Decode();
            _readAt = _row.Position;
        }

        return new RgbImage(_pixels.AsSpan(0, _width * _height * 3), _width, _height);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // An image that lives in the user's memory is handed out as it is, and is not ours to dispose.
        if (_getterDisposes)
            _image?.Dispose();
    }

    private void Decode()
    {
        _readAt = -1;
        MLImage? before = _image;
        try
        {
            _getter(ref _image!);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Unreadable(e);
        }

        // A getter that makes images disposes the one that it replaces; one that hands out images from memory does not.
        if (before is not null && !ReferenceEquals(before, _image))
            _getterDisposes = IsDisposed(before);
        if (_image is null)
            throw Unreadable(null);
        Tag = _image.Tag;
        (_width, _height) = (_image.Width, _image.Height);
        int length = MLImagePixels.PackedLength(_image);
        if (_pixels.Length < length)
            _pixels = new byte[length];
        MLImagePixels.CopyTo(_image, _pixels.AsSpan(0, length));
    }

    private static bool IsDisposed(MLImage image)
    {
        try
        {
            _ = image.Width;
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private InvalidOperationException Unreadable(Exception? cause)
    {
        var names = new List<string>();
        foreach (DataViewSchema.Column column in _describing)
        {
            ReadOnlyMemory<char> text = default;
            _row.GetGetter<ReadOnlyMemory<char>>(column)(ref text);
            if (!text.IsEmpty)
                names.Add($"{column.Name} '{text}'");
        }

        // What a data view says of its own files is advice enough; ML.NET's own loader gives none.
        string where = names.Count > 0 ? string.Join(", ", names) : "no text column before it tells the file";
        return new InvalidOperationException(
            $"The column '{_column.Name}' has no readable image in row {_row.Position} "
                + $"({where}){(cause is null ? ": it is missing" : $": {cause.Message.TrimEnd('.')}")}."
                + (cause is InvalidDataException ? "" : " LoadImagesFromFolder(…, validate: true) leaves such files out."),
            cause);
    }
}
