using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>Unpacks gzip within limits.</summary>
internal static class Gzip
{
    private const int BufferSize = 1 << 17;

    /// <summary>Whether a file begins like one.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    /// <summary>The first bytes of what is packed, fewer where it is shorter or damaged.</summary>
    public static byte[] Head(string path, int length)
    {
        byte[] head = new byte[length];
        try
        {
            using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            return head[..stream.ReadAtLeast(head, length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>Unpacks into memory.</summary>
    /// <param name="packed">The packed bytes, from the begin of a stream that can seek.</param>
    /// <param name="name">What errors call them.</param>
    /// <param name="packedLength">Their number.</param>
    /// <param name="options">What it may cost.</param>
    public static byte[] Unpack(Stream packed, string name, long packedLength, DatasetOptions options)
    {
        using var memory = new MemoryStream();
        Unpack(packed, memory, name, packedLength, Math.Min(options.MaximumFileBytes, Array.MaxLength), options);
        return memory.ToArray();
    }

    /// <summary>Unpacks.</summary>
    /// <exception cref="InvalidDataException">It is damaged, cut off, or becomes larger than it may.</exception>
    public static void Unpack(Stream packed, Stream unpacked, string name, long packedLength, long maximum, DatasetOptions options)
    {
        byte[] buffer = new byte[BufferSize];
        long length = 0;
        using var stream = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        while (Read() is var read and > 0)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            length += read;
            RequireWithin(length, packedLength, maximum, name, options);
            unpacked.Write(buffer, 0, read);
        }

        // The stream takes a missing end for an end. There, the length stands, modulo 2^32.
        Span<byte> said = stackalloc byte[sizeof(uint)];
        packed.Position = Math.Max(0, packedLength - sizeof(uint));
        packed.ReadExactly(said[..(int)Math.Min(sizeof(uint), packedLength)]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(said) != (uint)length)
            throw new InvalidDataException(
                $"'{name}' is cut off, or several packed files one after the other: its end does not have the length {length} to which it unpacks. Get it again, or unpack it.");

        int Read()
        {
            try
            {
                return stream.Read(buffer);
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidDataException($"'{name}' is damaged or cut off: it cannot be unpacked beyond byte {length}. Get it again.", error);
            }
        }
    }

    /// <summary>Refuses sizes that only an attack has.</summary>
    /// <param name="length">Unpacked bytes, said or real.</param>
    /// <param name="packedLength">Packed bytes.</param>
    /// <param name="maximum">Most unpacked bytes.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">The ratio that is allowed.</param>
    /// <exception cref="InvalidDataException">It is such a size.</exception>
    public static void RequireWithin(long length, long packedLength, long maximum, string name, DatasetOptions options)
    {
        double ratio = length / (double)Math.Max(1, packedLength);
        if (length > maximum)
            throw new InvalidDataException($"'{name}' has {packedLength} bytes and unpacks to more than the {maximum} that are allowed (ratio {ratio:0}:1 so far).");
        if (length > options.RatioFreeBytes && ratio > options.MaximumRatio)
            throw new InvalidDataException(
                $"'{name}' has {packedLength} bytes and unpacks to at least {length}: a ratio of {ratio:0}:1, more than the {options.MaximumRatio:0}:1 that is allowed. "
                    + "Images do not shrink like that.");
    }
}
