namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Decoded images in memory, packed, three bytes a pixel and each at its own size: decoded once, rendered in every epoch.
/// </summary>
/// <remarks>
/// Images may be added from several threads at once and read while others are added. Pixels lie in managed chunks, so that an image that
/// is still being read stays valid even after the store is disposed; there is no limit of 2 GiB to their sum.
/// </remarks>
internal sealed class ImageStore : IImageStore
{
    private const int SmallestChunk = 1 << 20;
    private const int LargestChunk = 1 << 26;

    private readonly Lock _lock = new();
    private readonly long _maximumBytes;
    private Slot?[] _slots = new Slot?[16];
    private byte[] _chunk = [];
    private int _chunkUsed;
    private int _nextChunk = SmallestChunk;
    private int _count;
    private long _bytes;
    private bool _disposed;

    /// <summary>Creates an empty store.</summary>
    /// <param name="maximumBytes">What the pixels of all images may occupy, in bytes.</param>
    public ImageStore(long maximumBytes = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumBytes);
        _maximumBytes = maximumBytes;
    }

    /// <summary>
    /// What a store may occupy where nobody says: half of the memory that the process or its container has, less where others use more than a quarter of it.
    /// </summary>
    public static long DefaultMaximumBytes
    {
        get
        {
            GCMemoryInfo memory = GC.GetGCMemoryInfo();
            return Math.Min(memory.TotalAvailableMemoryBytes / 2, (memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / 3 * 2);
        }
    }

    /// <summary>Number of images added so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What the pixels of all images occupy, in bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public bool TryGet(int index, out RgbImage image)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        var slots = Volatile.Read(ref _slots);
        if ((uint)index < (uint)slots.Length && slots[index] is { } slot)
        {
            image = new(slot.Chunk.AsSpan(slot.Offset, slot.Width * slot.Height * 3), slot.Width, slot.Height);
            return true;
        }

        image = default;
        return false;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is an image under this index.</exception>
    public bool TryAdd(int index, RgbImage image)
    {
        if (!TryReserve(index, image.Pixels.Length, out var chunk, out int offset))
            return false;
        image.Pixels.CopyTo(chunk.AsSpan(offset));
        Publish(index, new(chunk, offset, image.Width, image.Height));
        return true;
    }

    /// <summary>Lets go of the pixels.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _chunk = [];
            _slots = [];
            _count = 0;
            _bytes = 0;
        }
    }

    private bool TryReserve(int index, int length, out byte[] chunk, out int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ThrowIfTaken(index);
            if (length > _maximumBytes - _bytes)
            {
                (chunk, offset) = ([], 0);
                return false;
            }
            if (length > _chunk.Length - _chunkUsed)
            {
                // Small at first, so that few images take little; an image beyond the largest chunk gets one of its own.
                _chunk = GC.AllocateUninitializedArray<byte>(Math.Max(length, _nextChunk));
                _chunkUsed = 0;
                _nextChunk = Math.Min(_nextChunk * 2, LargestChunk);
            }
            (chunk, offset) = (_chunk, _chunkUsed);
            _chunkUsed += length;
            _bytes += length;
            return true;
        }
    }

    private void Publish(int index, Slot slot)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ThrowIfTaken(index);
            if (index >= _slots.Length)
            {
                var longer = new Slot?[Math.Max(index + 1, _slots.Length * 2)];
                _slots.CopyTo(longer, 0);
                Volatile.Write(ref _slots, longer);
            }
            Volatile.Write(ref _slots[index], slot);
            _count++;
        }
    }

    private void ThrowIfTaken(int index)
    {
        if (index < _slots.Length && _slots[index] is not null)
            throw new ArgumentException($"There is an image under the index {index} already.", nameof(index));
    }

    // A class: readers see all of a slot or none of it.
    private sealed record Slot(byte[] Chunk, int Offset, int Width, int Height);
}
