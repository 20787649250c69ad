using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>
/// Where the files of a zip are, by its central directory (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16). ML.NET's rows are read by many cursors at once, in any order, which
/// <see cref="System.IO.Compression.ZipArchive"/> does not allow; and it believes a directory of any size.
/// </summary>
internal static class ZipIndex
{
    /// <summary>The methods that are read.</summary>
    public const int Stored = 0, Deflated = 8;

    private const int EndLength = 22, End64Length = 56, LocatorLength = 20, HeaderLength = 46, LongestComment = ushort.MaxValue;
    private const long LargestDirectory = 1L << 30;
    private const int Encrypted = 1, IsUtf8 = 1 << 11, UnixType = 0xF000, UnixLink = 0xA000, Zip64Field = 1;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lists the files.</summary>
    /// <exception cref="InvalidDataException">It is damaged or cut off.</exception>
    public static void Read(ByteRange zip, ArchiveListing listing)
    {
        (long start, long length, long shift) = FindDirectory(zip);
        if (length > LargestDirectory)
            throw new InvalidDataException($"'{zip.Name}' has a directory of {length} bytes, more than the {LargestDirectory} that are read. Unpack it and name the folder.");
        ReadOnlySpan<byte> directory = zip.Read(start, (int)length);
        while (directory.Length >= HeaderLength)
        {
            if (!directory.StartsWith("PK\x1\x2"u8))
                throw Damaged(zip);
            listing.Count();
            int names = Short(directory, 28), extra = Short(directory, 30), comment = Short(directory, 32);
            if (directory.Length < HeaderLength + names + extra + comment)
                throw Damaged(zip);
            string name = Text(directory.Slice(HeaderLength, names), (Short(directory, 8) & IsUtf8) != 0);
            ArchiveEntry entry = Entry(directory, directory.Slice(HeaderLength + names, extra), shift) ?? throw Damaged(zip);
            int method = Short(directory, 10);
            if ((Short(directory, 8) & Encrypted) != 0)
                listing.LeaveOut("encrypted files were", name);
            else if (((Int(directory, 38) >> 16) & UnixType) == UnixLink)
                listing.LeaveOut("links were", name);
            else if (method is not Stored and not Deflated)
                listing.LeaveOut($"files that are compressed by method {method} (0 and 8 are read) were", name);
            else if (entry.Offset > zip.Length || entry.PackedLength > zip.Length - entry.Offset)
                throw new InvalidDataException($"'{zip.Name}' is cut off: '{name}' would be behind its end. Get it again.");
            else
                listing.Add(name, entry);
            directory = directory[(HeaderLength + names + extra + comment)..];
        }

        if (directory.Length > 0)
            throw Damaged(zip);
    }

    /// <summary>Begin and length of the directory, and by how much offsets have to be moved because something stands before the archive.</summary>
    private static (long Start, long Length, long Shift) FindDirectory(ByteRange zip)
    {
        int tailLength = (int)Math.Min(zip.Length, EndLength + LongestComment);
        byte[] tail = zip.Read(zip.Length - tailLength, tailLength);
        for (int i = tailLength - EndLength; i >= 0; i--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(i);
            if (!end.StartsWith("PK\x5\x6"u8) || Short(end, 20) != end.Length - EndLength)
                continue;
            long endAt = zip.Length - tailLength + i, length = Int(end, 12), offset = Int(end, 16);
            if (endAt >= LocatorLength && zip.Read(endAt - LocatorLength, LocatorLength) is var locator && locator.AsSpan().StartsWith("PK\x6\x7"u8))
            {
                endAt = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
                ReadOnlySpan<byte> end64 = zip.Read(endAt, End64Length);
                if (!end64.StartsWith("PK\x6\x6"u8))
                    throw Damaged(zip);
                (length, offset) = (BinaryPrimitives.ReadInt64LittleEndian(end64[40..]), BinaryPrimitives.ReadInt64LittleEndian(end64[48..]));
            }

            long start = endAt - length, shift = start - offset;
            return length >= 0 && offset >= 0 && start >= 0 && shift >= 0 ? (start, length, shift) : throw Damaged(zip);
        }

        throw new InvalidDataException($"'{zip.Name}' is cut off: a zip's directory is at its end, and there is none. Get it again.");
    }

    /// <summary>Numbers that do not fit into 32 bits stand in a field of their own, in this order, each only where it does not fit.</summary>
    private static ArchiveEntry? Entry(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra, long shift)
    {
        Span<long> numbers = [Int(header, 24), Int(header, 20), Int(header, 42)];
        while (extra.Length >= 4)
        {
            int id = Short(extra, 0), length = Short(extra, 2);
            if (length > extra.Length - 4)
                break;
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            for (int i = 0; id == Zip64Field && i < numbers.Length; i++)
            {
                if (numbers[i] != uint.MaxValue)
                    continue;
                if (field.Length < sizeof(long))
                    return null;
                numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(field);
                field = field[sizeof(long)..];
            }

            extra = extra[(4 + length)..];
        }

        return numbers[0] < 0 || numbers[1] < 0 || numbers[2] < 0 || numbers[2] > long.MaxValue - shift ? null : new ArchiveEntry(numbers[2] + shift, numbers[1], numbers[0], Int(header, 16));
    }

    /// <summary>Names are UTF-8 where a flag says so, and mostly where none does.</summary>
    private static string Text(ReadOnlySpan<byte> bytes, bool isUtf8)
    {
        try
        {
            return isUtf8 ? Encoding.UTF8.GetString(bytes) : Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static InvalidDataException Damaged(ByteRange zip) => new($"'{zip.Name}' is damaged: its directory cannot be read. Get it again.");
}
