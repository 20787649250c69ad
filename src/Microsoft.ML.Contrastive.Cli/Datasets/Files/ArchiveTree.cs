using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>Files in a tar or a zip, read where they are.</summary>
internal sealed class ArchiveTree : FileTree
{
    private const int ZipHeaderLength = 30;

    private readonly SafeFileHandle _handle;
    private readonly ByteRange _bytes;
    private readonly ArchiveEntry[] _entries;

    /// <summary>Lists an archive.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="archive">The archive itself.</param>
    /// <param name="list">Lists what is in it.</param>
    /// <param name="options">What it may cost.</param>
    public ArchiveTree(string path, string archive, Action<ByteRange, ArchiveListing> list, DatasetOptions options)
        : base(path, options)
    {
        _handle = File.OpenHandle(archive, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            _bytes = ByteRange.OfFile(_handle, 0, RandomAccess.GetLength(_handle), path);
            var listing = new ArchiveListing(path, options);
            list(_bytes, listing);
            Notes.AddRange(listing.Notes);
            string[] names = [.. listing.Files.Keys];
            Array.Sort(names, StringComparer.Ordinal);
            _entries = [.. names.Select(name => listing.Files[name])];
            SetNames(names);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsOnDisk => false;

    /// <inheritdoc/>
    public override byte[] ReadAll(int file)
    {
        ArchiveEntry entry = _entries[file];
        if (Math.Max(entry.Length, entry.PackedLength) > Math.Min(Options.MaximumFileBytes, Array.MaxLength))
            throw new InvalidDataException(
                $"'{NameOf(file)}' has {entry.Length} bytes ({entry.PackedLength} packed), more than the {Options.MaximumFileBytes} that a file may have that is read as a whole.");
        (long offset, bool deflated) = Locate(file);
        byte[] bytes = deflated ? Inflate(file, entry, offset) : _bytes.Read(offset, (int)entry.Length);
        // .NET's own reader does not compare them either.
        if (entry.Checksum is { } said && Crc32.Append(0, bytes) is var sum && sum != said)
            throw new InvalidDataException($"'{NameOf(file)}' is damaged: its checksum is {sum:x8} where the archive says {said:x8}. Get the archive again.");
        return bytes;
    }

    private byte[] Inflate(int file, ArchiveEntry entry, long offset)
    {
        Gzip.RequireWithin(entry.Length, entry.PackedLength, Options.MaximumFileBytes, NameOf(file), Options);
        using var packed = new MemoryStream(_bytes.Read(offset, (int)entry.PackedLength), writable: false);
        using var stream = new DeflateStream(packed, CompressionMode.Decompress);
        byte[] bytes = new byte[entry.Length];
        try
        {
            stream.ReadExactly(bytes);
            if (stream.ReadByte() >= 0)
                throw new InvalidDataException("There is more in it than the archive says.");
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"'{NameOf(file)}' is damaged: it does not unpack to the {entry.Length} bytes that the archive says.", error);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public override ByteRange Open(int file)
    {
        (long offset, bool deflated) = Locate(file);
        if (!deflated && !Gzip.IsPacked(Head(file, 2)))
            return ByteRange.OfFile(_handle, offset, _entries[file].Length, NameOf(file));
        byte[] bytes = ReadAll(file);
        if (Gzip.IsPacked(bytes))
            bytes = Gzip.Unpack(new MemoryStream(bytes, writable: false), NameOf(file), bytes.Length, Options);
        return ByteRange.InMemory(bytes, NameOf(file));
    }

    /// <inheritdoc/>
    public override byte[] Head(int file, int length)
    {
        (long offset, bool deflated) = Locate(file);
        return deflated ? [] : _bytes.Read(offset, (int)Math.Min(length, _entries[file].Length));
    }

    /// <inheritdoc/>
    public override string NameOf(int file) => $"{Path.GetFileName(Root)}!/{Folder}{Names[file]}";

    /// <inheritdoc/>
    public override string ShortNameOf(int file) => NameOf(file);

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();

    /// <summary>Where the bytes of a file begin, and whether they are deflated.</summary>
    private (long Offset, bool Deflated) Locate(int file)
    {
        ArchiveEntry entry = _entries[file];
        if (entry.Checksum is null)
            return (entry.Offset, false);
        byte[] header = _bytes.Read(entry.Offset, ZipHeaderLength);
        if (!header.AsSpan().StartsWith("PK\x3\x4"u8))
            throw new InvalidDataException($"'{NameOf(file)}' is damaged: there is no file where the archive's directory says.");
        int method = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8));
        int names = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return (entry.Offset + ZipHeaderLength + names, method != ZipIndex.Stored);
    }
}
