using System.Buffers.Binary;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// The form before PyTorch 1.6, in which MoCo's checkpoints and torchvision's older weights are published: five pickles, one behind the other (a magic number, a version, the
/// machine, the tensors, the storages' names), then storage by storage 8 bytes with the number of elements, and the elements (torch/serialization.py,
/// <c>_legacy_save</c>). It has no checksums.
/// </summary>
internal sealed class LegacyPyTorchFile : PyTorchFile
{
    /// <summary>Enough bytes to recognise the form by.</summary>
    public const int BeginningLength = 32;

    private const long Version = 1001;

    private readonly Stream _stream;
    private readonly Dictionary<string, (long First, long Length)> _storages = new(StringComparer.Ordinal);

    public LegacyPyTorchFile(Stream stream, string path)
        : base(path)
    {
        _stream = stream;
        var beginning = new byte[Math.Min(stream.Length, LargestPickle)];
        stream.ReadExactly(beginning);
        ReadOnlyMemory<byte> rest = beginning;
        Next(ref rest);
        if (Next(ref rest).Value is not Version)
            throw new InvalidDataException($"its version is not {Version}");
        if (Next(ref rest).Value is not PickleDictionary machine || !machine.Entries.Contains(("little_endian", true)))
            throw new InvalidDataException("its byte order is not little-endian");
        (object? root, IReadOnlyList<StorageReference> references) = Next(ref rest);
        PickleList keys = Next(ref rest).Value as PickleList ?? throw new InvalidDataException("it has no list of its storages");
        Locate(keys, references, beginning.Length - rest.Length);
        Take(root, stream.Length);
    }

    /// <summary>The magic number as a pickle has it, and its end.</summary>
    private static ReadOnlySpan<byte> Magic => [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>Whether a file begins with the magic number: behind the pickle's version, or since pickle 4 behind the length of a frame.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes is [0x80, ..] && bytes.IndexOf(Magic) is 2 or 11;

    public override void Dispose() => _stream.Dispose();

    protected override long BytesOf(StorageReference storage) => Located(storage).Length;

    protected override void ReadStorage(StorageReference storage, long first, Span<byte> target)
    {
        _stream.Position = Located(storage).First + first;
        _stream.ReadExactly(target);
    }

    private static (object? Value, IReadOnlyList<StorageReference> Storages) Next(ref ReadOnlyMemory<byte> rest)
    {
        var pickle = new PickleReader(rest);
        object? value = pickle.Read();
        rest = rest[pickle.Position..];
        return (value, pickle.Storages);
    }

    /// <summary>Finds where each storage begins, and holds its size against the file.</summary>
    private void Locate(PickleList keys, IReadOnlyList<StorageReference> references, long position)
    {
        var byKey = new Dictionary<string, StorageReference>(StringComparer.Ordinal);
        foreach (StorageReference reference in references)
        {
            if (!byKey.TryAdd(reference.Key, reference) && byKey[reference.Key] != reference)
                throw new InvalidDataException($"the storage '{reference.Key}' is described twice, and differently");
        }

        Span<byte> size = stackalloc byte[sizeof(long)];
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !byKey.TryGetValue(key, out StorageReference? storage))
                throw new InvalidDataException($"it holds a storage '{item}' that no tensor refers to");
            _stream.Position = position;
            _stream.ReadExactly(size);
            long count = BinaryPrimitives.ReadInt64LittleEndian(size);
            position += size.Length;
            if (count != storage.Count)
                throw new InvalidDataException($"the storage '{key}' has {count} elements where its tensors speak of {storage.Count}");
            if (count < 0 || count > (_stream.Length - position) / storage.ElementSize)
                throw new InvalidDataException($"the storage '{key}' of {count} elements takes {(Int128)count * storage.ElementSize} bytes, but only {_stream.Length - position} follow");
            if (!_storages.TryAdd(key, (position, count * storage.ElementSize)))
                throw new InvalidDataException($"the storage '{key}' occurs twice");
            position += count * storage.ElementSize;
        }
    }

    private (long First, long Length) Located(StorageReference storage) => _storages.TryGetValue(storage.Key, out (long, long) located)
        ? located
        : throw new InvalidDataException($"the storage '{storage.Key}' with the elements of a tensor is missing");
}
