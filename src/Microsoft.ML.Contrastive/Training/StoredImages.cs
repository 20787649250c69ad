using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// All images of a data set in the order of their row identifiers: each decoded when it is first asked for, and kept in a store where there is one, so that training
/// starts before all are decoded.
/// </summary>
internal sealed class StoredImages : IDisposable
{
    public static readonly Comparer<DataViewRowId> ById = Comparer<DataViewRowId>.Create((a, b) => (a.High, a.Low).CompareTo((b.High, b.Low)));

    /// <summary>Rows whose digests are in memory at a time.</summary>
    private const int RowsDigested = 1 << 14;

    private readonly IImageStore? _store;
    private readonly ImageFileIndex? _files;
    private readonly ImageErrors _errors;
    private readonly IChannel _channel;
    private readonly bool[] _unreadable;
    private bool _warned;

    /// <param name="ids">Identifier of each row, ascending.</param>
    /// <param name="files">The rows' files; <see langword="null"/> where the store holds all images already.</param>
    /// <param name="store">Where pixels are kept; <see langword="null"/> for nowhere.</param>
    /// <param name="errors">Receives images that cannot be decoded.</param>
    /// <param name="channel">The log.</param>
    public StoredImages(DataViewRowId[] ids, ImageFileIndex? files, IImageStore? store, ImageErrors errors, IChannel channel)
    {
        (Ids, _files, _store, _errors, _channel) = (ids, files, store, errors, channel);
        _unreadable = new bool[ids.Length];
    }

    /// <summary>Identifier of each row: keys its random numbers.</summary>
    public DataViewRowId[] Ids { get; }

    /// <summary>Rows whose image can be read as far as is known.</summary>
    public int Count => Ids.Length;

    /// <summary>Whether the store becomes of use to later trainings once all images were asked for.</summary>
    public bool IsFilling => _store is MappedImageStore { IsFilling: true, Failure: null };

    /// <summary>What decodes a thread's images.</summary>
    public ImageDecoder CreateDecoder() => new(_files?.ShorterSide);

    /// <summary>The image of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="decoder">The thread's decoder; the image may lie in it, until it decodes another.</param>
    /// <param name="image">The image.</param>
    /// <returns>False where it cannot be decoded.</returns>
    /// <exception cref="InvalidOperationException">It cannot be decoded, and that is to be an error.</exception>
    public bool TryRead(int row, ImageDecoder decoder, out RgbImage image)
    {
        image = default;
        if (Volatile.Read(ref _unreadable[row]))
            return false;
        if (_store is not null && _store.TryGet(row, out image))
            return true;
        try
        {
            image = decoder.Decode(_files!.Entries[row].Path);
        }
        catch (InvalidOperationException e)
        {
            Volatile.Write(ref _unreadable[row], true);
            _errors.Add(e, Ids[row]);
            return false;
        }

        _store?.TryAdd(row, image);
        return true;
    }

    /// <summary>Is told that an epoch is over: counts what could not be decoded, and gives a file that holds all images its name.</summary>
    public void EndEpoch()
    {
        _errors.Summarize(_unreadable.Count(u => !u));
        if (_store is not MappedImageStore { IsFilling: true } mapped || _warned)
            return;
        mapped.Complete();
        _warned = mapped.Failure is not null;
        if (_warned)
            _channel.Warning(MessageSensitivity.None, "{0}", $"Not all decoded images could be kept on the disk ({mapped.Failure}); the others are decoded anew in every epoch.");
    }

    /// <summary>
    /// Adds what tells these images from others to a hash: of files their length, their first and last 4 KiB, wherever they lie; of other images all pixels.
    /// </summary>
    public void AddTo(IncrementalHash hash)
    {
        byte[][] digests = new byte[Math.Min(Count, RowsDigested)][];
        for (int first = 0; first < Count; first += RowsDigested)
        {
            int start = first, rows = Math.Min(RowsDigested, Count - first);
            Parallel.For(0, rows, i => digests[i] = _files is null ? OfPixels(start + i) : OfFile(_files.Entries[start + i]));
            for (int i = 0; i < rows; i++)
            {
                hash.AppendData(MemoryMarshal.AsBytes([Ids[start + i].High, Ids[start + i].Low]));
                hash.AppendData(digests[i]);
            }
        }
    }

    public void Dispose() => _store?.Dispose();

    private byte[] OfPixels(int row)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (_store!.TryGet(row, out RgbImage image))
        {
            hash.AppendData(MemoryMarshal.AsBytes([image.Width, image.Height]));
            hash.AppendData(image.Pixels);
        }

        return hash.GetHashAndReset();
    }

    private static byte[] OfFile(ImageFileEntry entry)
    {
        const int Sampled = 4096;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * Sampled);
        try
        {
            using var file = File.OpenHandle(entry.Path);
            int read = RandomAccess.Read(file, buffer.AsSpan(0, Sampled), 0);
            read += RandomAccess.Read(file, buffer.AsSpan(read, Sampled), Math.Max(read, entry.Length - Sampled));
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(MemoryMarshal.AsBytes([entry.Length]));
            hash.AppendData(buffer.AsSpan(0, read));
            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
