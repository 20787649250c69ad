using System.Buffers;
using System.IO.Compression;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// The form since PyTorch 1.6: a zip archive, not compressed, in which <c>data.pkl</c> says what tensors there are and <c>data/N</c> holds their elements. Checksums are
/// compared with what is read.
/// </summary>
internal sealed class ZippedPyTorchFile : PyTorchFile
{
    private readonly ZipArchive _archive;
    private readonly string _folder;
    private readonly Dictionary<string, ZipArchiveEntry> _files = new(StringComparer.Ordinal);

    /// <summary>Files of the archive whose checksum has been compared.</summary>
    private readonly HashSet<ZipArchiveEntry> _sound = new(ReferenceEqualityComparer.Instance);

    public ZippedPyTorchFile(Stream stream, string path)
        : base(path)
    {
        long length = stream.Length;
        _archive = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            if (!_files.TryAdd(entry.FullName, entry))
                throw new InvalidDataException($"'{entry.FullName}' occurs twice");
        }

        string[] pickles = [.. _files.Keys.Where(n => n.Split('/') is [_, "data.pkl"])];
        if (pickles is not [var pickle])
            throw new InvalidDataException(pickles.Length == 0 ? "it has no file data.pkl" : $"it has {pickles.Length} files data.pkl");
        _folder = pickle[..^"data.pkl".Length];
        if (_files.ContainsKey(_folder + "constants.pkl"))
            throw new InvalidDataException("it is a TorchScript program, not weights. In Python: torch.save(torch.jit.load(path).state_dict(), new_path)");
        if (_files.TryGetValue(_folder + "byteorder", out ZipArchiveEntry? order) && !ReadSmall(order, 16).AsSpan().SequenceEqual("little"u8))
            throw new InvalidDataException("its byte order is not little-endian");
        Take(new PickleReader(ReadSmall(_files[pickle], LargestPickle)).Read(), length);
    }

    /// <summary>Whether a file begins as zip archives do.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith("PK\x03\x04"u8);

    public override void Dispose() => _archive.Dispose();

    protected override long BytesOf(StorageReference storage) => File(storage).Length;

    protected override void ReadStorage(StorageReference storage, long first, Span<byte> target)
    {
        ZipArchiveEntry file = File(storage);
        using (Stream data = file.Open())
        {
            for (uint _ = 0; first > 0;)
                first -= Pass(data, first, ref _);
            data.ReadExactly(target);
        }

        if (_sound.Contains(file))
            return;
        // Usually a tensor is a whole storage; else the storage is read once more, once.
        RequireChecksum(file, target.Length == file.Length ? Crc32.Append(0, target) : Checksum(file));
        _sound.Add(file);
    }

    private ZipArchiveEntry File(StorageReference storage)
    {
        string name = $"{_folder}data/{storage.Key}";
        if (!_files.TryGetValue(name, out ZipArchiveEntry? file))
            throw new InvalidDataException($"the file '{name}' with the elements of a tensor is missing");
        return RequireStored(file);
    }

    /// <summary>Compressed, a few bytes could become more than fits in memory. PyTorch never compresses.</summary>
    private static ZipArchiveEntry RequireStored(ZipArchiveEntry file) => file.Length == file.CompressedLength
        ? file
        : throw new InvalidDataException($"'{file.FullName}' is compressed, which torch.save does not do");

    private static byte[] ReadSmall(ZipArchiveEntry file, int most)
    {
        if (RequireStored(file).Length > most)
            throw new InvalidDataException($"'{file.FullName}' has {file.Length} bytes; at most {most} are allowed");
        using Stream stream = file.Open();
        var bytes = new byte[file.Length];
        stream.ReadExactly(bytes);
        RequireChecksum(file, Crc32.Append(0, bytes));
        return bytes;
    }

    /// <summary>PyTorch can be told to leave checksums out (torch.serialization.set_crc32_options): then there is nothing to compare.</summary>
    private static void RequireChecksum(ZipArchiveEntry file, uint sum)
    {
        if (file.Crc32 != 0 && file.Crc32 != sum)
            throw new InvalidDataException($"the checksum of '{file.FullName}' is {sum:x8} where the archive says {file.Crc32:x8}: the file was damaged after it was written. Copy it again");
    }

    private static uint Checksum(ZipArchiveEntry file)
    {
        using Stream data = file.Open();
        uint sum = 0;
        for (long rest = file.Length; rest > 0;)
            rest -= Pass(data, rest, ref sum);
        return sum;
    }

    /// <summary>Passes over some bytes, for parts of archives cannot be sought in.</summary>
    /// <returns>How many: at most <paramref name="most"/>.</returns>
    private static int Pass(Stream stream, long most, ref uint sum)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            int count = (int)Math.Min(most, buffer.Length);
            stream.ReadExactly(buffer, 0, count);
            sum = Crc32.Append(sum, buffer.AsSpan(0, count));
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
