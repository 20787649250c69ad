using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Reads images ahead of the cursor that it serves, a batch at a time, and keeps their features.</summary>
internal sealed class FeatureReader : IDisposable
{
    private readonly PixelReader _reader;
    private readonly EncoderInput _input;
    private readonly IImageEncoder _encoder;
    private readonly float[] _pixels;
    private readonly float[] _features;

    // An image that cannot be read fails where its row is asked for, not where it is read ahead.
    private readonly Exception?[] _errors;
    private long _first = -1;
    private int _count;
    private long _position = -1;

    public FeatureReader(IDataView data, EncoderInput input, IImageEncoder encoder, int batchSize)
    {
        _input = input;
        _encoder = encoder;
        _reader = new PixelReader(data, input);
        _pixels = new float[checked(batchSize * input.PixelCount)];
        _features = new float[checked(batchSize * encoder.FeatureDimension)];
        _errors = new Exception?[batchSize];
    }

    /// <summary>Moves to a row; nothing is computed until <see cref="Get"/>.</summary>
    public void MoveTo(long position) => _position = position;

    /// <summary>The features of the current row.</summary>
    public void Get(ref VBuffer<float> value)
    {
        while (_position >= _first + _count || _first < 0)
            ReadBatch();
        int row = (int)(_position - _first);
        if (_errors[row] is { } error)
            throw new InvalidOperationException(error.Message, error);
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, _encoder.FeatureDimension);
        _features.AsSpan(row * _encoder.FeatureDimension, _encoder.FeatureDimension).CopyTo(editor.Values);
        value = editor.Commit();
    }

    public void Dispose() => _reader.Dispose();

    private void ReadBatch()
    {
        // Rows that were stepped over without asking for their features are not decoded.
        long first = Math.Max(_position, 0);
        int rows = 0;
        while (rows < _errors.Length && _reader.Cursor.MoveNext())
        {
            if (_reader.Cursor.Position < first)
                continue;
            Span<float> target = _pixels.AsSpan(rows * _input.PixelCount, _input.PixelCount);
            try
            {
                _reader.Read(target);
                _errors[rows] = null;
            }
            catch (InvalidOperationException e)
            {
                target.Clear();
                _errors[rows] = e;
            }

            rows++;
        }

        if (rows == 0)
            throw new InvalidOperationException($"The data gave fewer rows when it was read for its images than when it was read for its other columns (row {_position}). The encoder reads its input twice, in step; data that changes between two passes must be cached before the images are loaded.");
        _encoder.Encode(_pixels.AsSpan(0, rows * _input.PixelCount), rows, _features);
        (_first, _count) = (first, rows);
    }
}
