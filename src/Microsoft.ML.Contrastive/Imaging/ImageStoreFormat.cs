using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// The file of an image store: a header, an entry for each image, the pixels one image after the other. Where an image begins follows from the sizes before it, so
/// a damaged or hostile file cannot point anywhere.
/// </summary>
/// <remarks>
/// Header, little-endian: 8 bytes "MLCIMAGE", version (int), number of images (int), length of the file (long), identity of the image files (32 bytes), checksum of
/// the entries, checksum of the 60 bytes before. Entry: width, height (int), checksum of the pixels, 1 where there are any. Checksums are CRC-32C.
/// </remarks>
internal static class ImageStoreFormat
{
    private const int Version = 1, HeaderLength = 64, EntryLength = 16, IdentityLength = 32;

    private static ReadOnlySpan<byte> Magic => "MLCIMAGE"u8;

    /// <summary>Where each image begins, and behind them where the file ends.</summary>
    public static long[] Offsets(ImageFileIndex index)
    {
        long[] offsets = new long[index.Entries.Length + 1];
        offsets[0] = HeaderLength + ((long)EntryLength * index.Entries.Length);
        for (int i = 0; i < index.Entries.Length; i++)
            offsets[i + 1] = offsets[i] + (index.Entries[i].Size.Area * 3);
        return offsets;
    }

    /// <summary>Writes header and entries.</summary>
    public static void Write(SafeFileHandle file, ImageFileIndex index, long length, ReadOnlySpan<uint> checksums, ReadOnlySpan<bool> present)
    {
        byte[] entries = new byte[EntryLength * index.Entries.Length];
        for (int i = 0; i < index.Entries.Length; i++)
        {
            Span<byte> entry = entries.AsSpan(i * EntryLength, EntryLength);
            ImageSize size = index.Entries[i].Size;
            BinaryPrimitives.WriteInt32LittleEndian(entry, size.Width);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], size.Height);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], checksums[i]);
            BinaryPrimitives.WriteInt32LittleEndian(entry[12..], present[i] ? 1 : 0);
        }

        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), index.Entries.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), length);
        index.Identity().CopyTo(header.AsSpan(24));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(56), Checksum(entries));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), Checksum(header.AsSpan(0, 60)));
        RandomAccess.Write(file, entries, HeaderLength);
        RandomAccess.Write(file, header, 0);
    }

    /// <summary>Reads header and entries and holds them against what they should be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="index">The images that it should hold.</param>
    /// <param name="checksums">Receives the checksum of each image.</param>
    /// <param name="present">Receives whether each image's pixels are there.</param>
    /// <returns>Why the file is of no use, as the end of a sentence; <see langword="null"/> where it can be used.</returns>
    public static string? Read(SafeFileHandle file, ImageFileIndex index, Span<uint> checksums, Span<bool> present)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (!IsStore(file) || RandomAccess.Read(file, header, 0) != HeaderLength)
            return "is damaged";
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) != Checksum(header[..60]))
            return "is damaged";
        if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) != Version)
            return "is of another version";
        if (BinaryPrimitives.ReadInt32LittleEndian(header[12..]) != index.Entries.Length || !header.Slice(24, IdentityLength).SequenceEqual(index.Identity()))
            return "was made of other images, or of images that have changed since";

        // The index is ours, so the lengths are bounded by what the image files ask for, whatever this file says.
        byte[] entries = new byte[EntryLength * index.Entries.Length];
        long length = Offsets(index)[^1];
        if (BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != length || RandomAccess.GetLength(file) != length
            || RandomAccess.Read(file, entries, HeaderLength) != entries.Length || BinaryPrimitives.ReadUInt32LittleEndian(header[56..]) != Checksum(entries))
            return "is damaged";
        for (int i = 0; i < index.Entries.Length; i++)
        {
            ReadOnlySpan<byte> entry = entries.AsSpan(i * EntryLength, EntryLength);
            if (new ImageSize(BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[4..])) != index.Entries[i].Size)
                return "is damaged";
            checksums[i] = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            present[i] = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]) != 0;
        }

        return null;
    }

    /// <summary>Whether a file, whatever its state, was written by this library, so that it may be replaced.</summary>
    public static bool IsStore(SafeFileHandle file)
    {
        Span<byte> magic = stackalloc byte[8];
        return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual(Magic);
    }

    /// <summary>CRC-32C, eight bytes at a time; not 0 for zeros, which a disk leaves where nothing was written.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
