using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>
/// Where the files of a tar are. Formats: ustar and pax (POSIX.1-2017, "pax", ustar Interchange Format), GNU's long names and base-256 numbers (GNU tar manual, "Basic Tar
/// Format"). Only headers are read, and no length in them is believed before it was compared with the file's.
/// </summary>
internal static class TarIndex
{
    private const int Block = 512, NameLength = 100, SizeAt = 124, ChecksumAt = 148, TypeAt = 156, MagicAt = 257, PrefixAt = 345, PrefixLength = 155;

    // Longer names, or longer descriptions of files, than any file system has.
    private const int LongestExtension = 1 << 20;

    /// <summary>Lists the files.</summary>
    /// <exception cref="InvalidDataException">It is damaged or cut off.</exception>
    public static void Read(ByteRange tar, ArchiveListing listing)
    {
        string? longName = null;
        long? longSize = null;
        long at = 0;
        while (at + Block <= tar.Length)
        {
            byte[] header = tar.Read(at, Block);
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
                return;
            if (!HasChecksum(header))
                throw new InvalidDataException($"'{tar.Name}' is damaged at byte {at}, or no tar. Get it again.");
            listing.Count();
            char type = (char)header[TypeAt];
            bool describes = type is 'x' or 'g' or 'L' or 'K';
            long size = (describes ? null : longSize) ?? Number(header.AsSpan(SizeAt, 12));
            string name = longName ?? NameOf(header);
            at += Block;
            if (size < 0 || size > tar.Length - at)
                throw new InvalidDataException($"'{tar.Name}' is cut off: '{name}' in it has {size} bytes, {tar.Length - at} are left. Get it again.");
            if (describes && size > LongestExtension)
                throw new InvalidDataException($"'{tar.Name}' is damaged at byte {at}: a name of {size} bytes.");
            switch (type)
            {
                case 'L':
                    longName = Text(tar.Read(at, (int)size));
                    break;
                case 'x':
                    ReadPax(tar.Read(at, (int)size), ref longName, ref longSize);
                    break;
                case 'g' or 'K':
                    break;
                case '0' or '\0' or '7':
                    listing.Add(name, new ArchiveEntry(at, size, size, Checksum: null));
                    break;
                case '1' or '2':
                    listing.LeaveOut("links were", name);
                    break;
                case 'S':
                    listing.LeaveOut("sparse files were", name);
                    break;
                default:
                    break; // folders, devices, what vendors add
            }

            if (!describes)
                (longName, longSize) = (null, null);
            at += (size + Block - 1) / Block * Block;
        }

        if (at != tar.Length || at == 0 || longName is not null || longSize is not null)
            throw new InvalidDataException($"'{tar.Name}' is cut off, or no tar. Get it again.");
        listing.Remarks.Add($"'{tar.Name}' has no mark at its end: it may have been cut off between two files.");
    }

    private static bool HasChecksum(ReadOnlySpan<byte> header)
    {
        int sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
            sum += i is >= ChecksumAt and < ChecksumAt + 8 ? 0 : header[i];
        return Number(header.Slice(ChecksumAt, 8)) == sum;
    }

    private static string NameOf(byte[] header)
    {
        string name = Text(header.AsSpan(0, NameLength));
        // POSIX only: GNU's magic has a blank where this has a NUL, and other things where this has the prefix.
        return header.AsSpan(MagicAt).StartsWith("ustar\0"u8) && header[PrefixAt] != 0 ? $"{Text(header.AsSpan(PrefixAt, PrefixLength))}/{name}" : name;
    }

    /// <summary>Octal digits, or a binary number where the first bit is set. Negative where it is neither.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if (field[0] >= 0x80)
            return field[0] == 0x80 && field.Length > 8 ? BinaryPrimitives.ReadInt64BigEndian(field[^8..]) : -1;
        long value = 0;
        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return -1;
            value = (value * 8) + (digit - '0');
        }

        return value;
    }

    /// <summary>Records "length key=value\n"; of the keys, a name and a size matter.</summary>
    private static void ReadPax(ReadOnlySpan<byte> records, ref string? name, ref long? size)
    {
        while (records.IndexOf((byte)' ') is var blank and > 0
            && int.TryParse(records[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > blank + 1 && length <= records.Length)
        {
            string record = Text(records[(blank + 1)..(length - 1)]);
            if (record.StartsWith("path=", StringComparison.Ordinal))
                name = record["path=".Length..];
            else if (record.StartsWith("size=", StringComparison.Ordinal))
                size = long.TryParse(record.AsSpan("size=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
            records = records[length..];
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.IndexOf((byte)0) is var end and >= 0 ? bytes[..end] : bytes);
}
