using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// Reads images ahead of the cursor that it serves, a batch at a time, and keeps their features. While a batch is encoded and its rows are consumed, the next one is
/// decoded on another thread; the rows' cursor belongs to one thread at a time all the same.
/// </summary>
internal sealed class FeatureReader : IDisposable
{
    private readonly PixelReader _reader;
    private readonly EncoderInput _input;
    private readonly IImageEncoder _encoder;
    private readonly int _batchSize;
    private readonly float[] _features;
    private long _position = -1;

    /// <summary>The batch that is read now, and whether its features are here.</summary>
    private PixelBatch? _batch;
    private bool _isEncoded;

    /// <summary>The batch before it, or after it when it is being read ahead.</summary>
    private PixelBatch? _other;
    private Task? _reading;
    private volatile bool _isDisposed;

    public FeatureReader(IDataView data, EncoderInput input, IImageEncoder encoder, int batchSize)
    {
        _input = input;
        _encoder = encoder;
        _batchSize = batchSize;
        _reader = new PixelReader(data, input);
        _features = new float[checked(batchSize * encoder.FeatureDimension)];
    }

    /// <summary>Moves to a row; nothing is computed until <see cref="Get"/>.</summary>
    public void MoveTo(long position) => _position = position;

    /// <summary>The features of the current row.</summary>
    public void Get(ref VBuffer<float> value)
    {
        while (!_isEncoded || _position >= _batch!.End)
            EncodeNext();
        int row = (int)(_position - _batch.First);
        if (_batch.Errors[row] is { } error)
            throw new InvalidOperationException(error.Message, error);
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, _encoder.FeatureDimension);
        _features.AsSpan(row * _encoder.FeatureDimension, _encoder.FeatureDimension).CopyTo(editor.Values);
        value = editor.Commit();
    }

    public void Dispose()
    {
        _isDisposed = true;
        // Ends after the image that it is at. What it has met concerns rows that nobody will ask for.
        if (_reading is not null)
            ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();
        _reader.Dispose();
    }

    private void EncodeNext()
    {
        // A batch that the encoder has thrown at is still here.
        if (_batch is null || _position >= _batch.End)
            Advance(Math.Max(_position, 0));
        _encoder.Encode(_batch!.Pixels.AsSpan(0, _batch.Count * _input.PixelCount), _batch.Count, _features);
        _isEncoded = true;
    }

    private void Advance(long first)
    {
        // Who leaves out rows between batches would have the next one decoded for nothing.
        bool inOrder = _batch is null || first == _batch.End;
        PixelBatch next = Read(first);
        if (next.Count == 0 || first < next.First)
            throw new InvalidOperationException(
                $"The data gave fewer rows when it was read for its images than when it was read for its other columns (row {_position}). The encoder reads its input twice, "
                    + "in step; data that changes between two passes must be cached before the images are loaded.");
        (_batch, _other, _isEncoded) = (next, _batch, false);
        if (!inOrder || next.Count < _batchSize)
            return;
        PixelBatch ahead = _other ??= new PixelBatch(_batchSize, _input.PixelCount);
        _reading = Task.Run(() => Fill(ahead, next.End));
    }

    /// <summary>The batch with a row: the one that has been read ahead, if that has it.</summary>
    private PixelBatch Read(long first)
    {
        PixelBatch batch = _other ??= new PixelBatch(_batchSize, _input.PixelCount);
        if (_reading is { } reading)
        {
            _reading = null;
            reading.GetAwaiter().GetResult();
            if (first < batch.End || batch.Count == 0)
                return batch;
        }

        Fill(batch, first);
        return batch;
    }

    /// <summary>Reads a batch; rows before the first are stepped over and not decoded.</summary>
    private void Fill(PixelBatch batch, long first)
    {
        (batch.First, batch.Count) = (-1, 0);
        int rows = 0;
        while (rows < _batchSize && !_isDisposed && _reader.Cursor.MoveNext())
        {
            if (_reader.Cursor.Position < first)
                continue;
            if (rows == 0)
                batch.First = _reader.Cursor.Position;
            Span<float> target = batch.Pixels.AsSpan(rows * _input.PixelCount, _input.PixelCount);
            try
            {
                _reader.Read(target);
                batch.Errors[rows] = null;
            }
            catch (InvalidOperationException e)
            {
                target.Clear();
                batch.Errors[rows] = e;
            }

            rows++;
        }

        batch.Count = rows;
    }

    /// <summary>Rows that are encoded together.</summary>
    private sealed class PixelBatch(int rows, int pixels)
    {
        public float[] Pixels { get; } = new float[checked(rows * pixels)];

        /// <summary>An image that cannot be read fails where its row is asked for, not where it is read ahead.</summary>
        public Exception?[] Errors { get; } = new Exception?[rows];

        /// <summary>Position of the first row; −1 when there is none.</summary>
        public long First { get; set; } = -1;

        public int Count { get; set; }

        /// <summary>Position after the last row.</summary>
        public long End => First + Count;
    }
}
