using Microsoft.Extensions.AI;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>
/// Encoded images as an encoder's input, batch by batch. While a batch is worked on, the next one is taken from the source and decoded on another thread; the source is
/// never further ahead than that, and is read by one thread at a time.
/// </summary>
/// <param name="images">The images, in their order.</param>
/// <param name="decoder">Decodes them; disposed with the batches.</param>
/// <param name="pixelCount">Number of values of an image.</param>
/// <param name="batchSize">Images that make a batch.</param>
/// <param name="cancellationToken">Looked at between two images.</param>
internal sealed class EncodedImageBatches(IEnumerable<DataContent> images, EncodedImagePixels decoder, int pixelCount, int batchSize, CancellationToken cancellationToken) : IDisposable
{
    private readonly IEnumerator<DataContent> _images = images.GetEnumerator();
    private readonly List<DataContent> _taken = [];
    private float[] _batch = [];
    private float[] _other = [];
    private int _position;
    private Task<int>? _reading;
    private volatile bool _isDisposed;

    /// <summary>Number of images in the batch, <see cref="MoveNext"/>'s.</summary>
    public int Count { get; private set; }

    /// <summary>The batch: <see cref="Count"/> × 3 × H × W values 0 … 255, until the next one is asked for.</summary>
    public ReadOnlySpan<float> Pixels => _batch.AsSpan(0, Count * pixelCount);

    /// <summary>Moves to the next batch; false when there is none.</summary>
    public bool MoveNext()
    {
        Task<int>? reading = _reading;
        _reading = null;
        Count = reading?.GetAwaiter().GetResult() ?? Read();
        (_batch, _other) = (_other, _batch);
        // A batch that is not full is the last.
        if (Count == batchSize)
            _reading = Task.Run(Read, CancellationToken.None);
        return Count > 0;
    }

    public void Dispose()
    {
        _isDisposed = true;
        // Ends after the image that it is at. What it has met concerns images that nobody will ask for.
        if (_reading is not null)
            ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();
        _images.Dispose();
        decoder.Dispose();
    }

    private int Read()
    {
        _taken.Clear();
        while (_taken.Count < batchSize && GoesOn() && _images.MoveNext())
            _taken.Add(_images.Current);
        // Taken before they are decoded: one image needs no memory for a whole batch.
        if (_other.Length < _taken.Count * pixelCount)
            _other = new float[_taken.Count * pixelCount];
        for (int i = 0; i < _taken.Count && GoesOn(); i++)
            decoder.Read(_taken[i], _position++, _other.AsSpan(i * pixelCount, pixelCount));
        return _taken.Count;
    }

    private bool GoesOn()
    {
        cancellationToken.ThrowIfCancellationRequested();
        return !_isDisposed;
    }
}
