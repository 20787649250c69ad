using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>Bytes that are read anywhere, by several threads at once: a part of a file, or memory.</summary>
internal sealed class ByteRange
{
    private readonly SafeFileHandle? _file;
    private readonly byte[] _memory;
    private readonly long _offset;

    private ByteRange(SafeFileHandle? file, byte[] memory, long offset, long length, string name) =>
        (_file, _memory, _offset, Length, Name) = (file, memory, offset, length, name);

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    /// <summary>A part of a file, which stays its owner's.</summary>
    public static ByteRange OfFile(SafeFileHandle file, long offset, long length, string name) => new(file, [], offset, length, name);

    /// <summary>Bytes in memory.</summary>
    public static ByteRange InMemory(byte[] bytes, string name) => new(null, bytes, 0, bytes.Length, name);

    /// <summary>Reads as many bytes as there is room for.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public void Read(long at, Span<byte> bytes)
    {
        RequireBytes(at, bytes.Length);
        if (_file is null)
        {
            _memory.AsSpan((int)at, bytes.Length).CopyTo(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(_file, bytes, _offset + at);
            if (read == 0)
                throw new InvalidDataException($"'{Name}' has become shorter while it was read.");
            at += read;
            bytes = bytes[read..];
        }
    }

    /// <summary>Reads bytes.</summary>
    /// <inheritdoc cref="Read(long, Span{byte})" path="/exception"/>
    public byte[] Read(long at, int count)
    {
        RequireBytes(at, count);
        byte[] bytes = new byte[count];
        Read(at, bytes);
        return bytes;
    }

    private void RequireBytes(long at, int count)
    {
        if (at < 0 || count > Length - at)
            throw new InvalidDataException($"'{Name}' is cut off: bytes {at} to {at + count} were to be read, it has {Length}. Get it again.");
    }
}
