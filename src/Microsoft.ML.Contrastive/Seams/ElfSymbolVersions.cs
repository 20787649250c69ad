using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// The symbol versions that a 64-bit little-endian ELF library wants from other libraries (section <c>.gnu.version_r</c>), and a way to make one of
/// them optional. Layouts: Linux Standard Base, "Symbol Versioning", and the System V ABI. Everything is found through the program headers,
/// as the dynamic loader does, because section headers may be stripped. Every offset is checked, so that a damaged file is refused and never misread.
/// </summary>
internal sealed class ElfSymbolVersions
{
    private const uint SegmentLoad = 1, SegmentDynamic = 2;
    private const ushort FlagWeak = 0x2;
    private const int DynamicEntrySize = 16, ProgramHeaderSize = 56, SymbolVersionSize = 2, RelocationSize = 24;

    private readonly byte[] _image;
    private readonly string _name;
    private readonly List<(ulong Address, ulong Offset, ulong Size)> _segments = [];
    private readonly Dictionary<ulong, ulong> _dynamic = [];
    private readonly List<Need> _needs = [];

    /// <summary>Reads the version needs of a library.</summary>
    /// <param name="image">The whole file. It is kept and not changed.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">It is no 64-bit little-endian ELF library, or it is damaged.</exception>
    public ElfSymbolVersions(byte[] image, string name)
    {
        _image = image;
        _name = name;
        ReadProgramHeaders();
        ReadNeeds();
    }

    /// <summary>The versions wanted: from which library, which version, and whether the loader may do without it.</summary>
    public IReadOnlyList<Need> Needs => _needs;

    /// <summary>One wanted version.</summary>
    /// <param name="Library">The library that has to define it, e.g. "libstdc++.so.6".</param>
    /// <param name="Version">The version, e.g. "GLIBCXX_3.4.32".</param>
    /// <param name="IsWeak">Whether the loader goes on where the version is absent.</param>
    /// <param name="Index">The number by which symbols refer to it.</param>
    /// <param name="FlagsOffset">Where its flags stand in the file.</param>
    internal readonly record struct Need(string Library, string Version, bool IsWeak, int Index, int FlagsOffset);

    /// <summary>A copy of the library that also loads where <paramref name="version"/> is absent.</summary>
    /// <exception cref="InvalidOperationException">
    /// The library does not want this version, or it binds a symbol of it: then the symbol is really called, and a load without it would crash later.
    /// </exception>
    public byte[] WithOptional(string version)
    {
        Need[] matches = [.. _needs.Where(n => n.Version == version)];
        if (matches.Length == 0)
            throw new InvalidOperationException($"{_name} does not ask for the symbol version {version}.");
        byte[] copy = (byte[])_image.Clone();
        foreach (Need need in matches)
        {
            if (BindsSymbolOf(need))
                throw new InvalidOperationException($"{_name} calls a symbol of version {version} and cannot do without it.");
            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(copy.AsSpan(need.FlagsOffset));
            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(need.FlagsOffset), (ushort)(flags | FlagWeak));
        }

        return copy;
    }

    /// <summary>Whether a relocation refers to a symbol of this version. Without one the loader never looks the symbol up.</summary>
    private bool BindsSymbolOf(Need need)
    {
        if (!_dynamic.TryGetValue(Tag.SymbolVersions, out ulong versions))
            throw Damaged("symbol versions without a version table");
        foreach ((ulong table, ulong size) in new[] { (Tag.Relocations, Tag.RelocationsSize), (Tag.PltRelocations, Tag.PltRelocationsSize) })
        {
            if (!_dynamic.TryGetValue(table, out ulong address))
                continue;
            long offset = FileOffset(address), count = (long)(_dynamic.GetValueOrDefault(size) / RelocationSize);
            for (long i = 0; i < count; i++)
            {
                uint symbol = (uint)(ReadUInt64(offset + (i * RelocationSize) + 8) >> 32);
                // The top bit marks hidden versions.
                if (symbol != 0 && (ReadUInt16(FileOffset(versions + ((ulong)symbol * SymbolVersionSize))) & 0x7fff) == need.Index)
                    return true;
            }
        }

        return false;
    }

    private void ReadProgramHeaders()
    {
        // e_ident: magic, class 2 (64 bit), data 1 (little endian).
        if (_image.Length < 64 || !_image.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
            throw new InvalidDataException($"{_name} is not an ELF library.");
        if (_image[4] != 2 || _image[5] != 1)
            throw new InvalidDataException($"{_name} is an ELF file, but not a 64-bit little-endian one.");
        ulong table = ReadUInt64(32);
        int size = ReadUInt16(54), count = ReadUInt16(56);
        if (size != ProgramHeaderSize)
            throw Damaged($"program headers of {size} bytes");
        for (int i = 0; i < count; i++)
        {
            long header = (long)table + (i * ProgramHeaderSize);
            if (ReadUInt32(header) == SegmentLoad)
                _segments.Add((ReadUInt64(header + 16), ReadUInt64(header + 8), ReadUInt64(header + 32)));
        }

        for (int i = 0; i < count; i++)
        {
            long header = (long)table + (i * ProgramHeaderSize);
            if (ReadUInt32(header) != SegmentDynamic)
                continue;
            ulong start = ReadUInt64(header + 8), length = ReadUInt64(header + 32);
            for (ulong at = 0; at + DynamicEntrySize <= length; at += DynamicEntrySize)
            {
                ulong tag = ReadUInt64((long)(start + at));
                if (tag == 0)
                    break;
                _dynamic[tag] = ReadUInt64((long)(start + at + 8));
            }
        }

        if (_dynamic.Count == 0)
            throw Damaged("no dynamic section");
    }

    private void ReadNeeds()
    {
        if (!_dynamic.TryGetValue(Tag.VersionNeeds, out ulong address))
            return;
        ulong libraries = _dynamic.GetValueOrDefault(Tag.VersionNeedsCount);
        long library = FileOffset(address);
        for (ulong i = 0; i < libraries; i++)
        {
            string file = ReadName(ReadUInt32(library + 4));
            int versions = ReadUInt16(library + 2);
            long entry = library + ReadUInt32(library + 8);
            for (int j = 0; j < versions; j++)
            {
                ushort flags = ReadUInt16(entry + 4);
                _needs.Add(new Need(file, ReadName(ReadUInt32(entry + 8)), (flags & FlagWeak) != 0, ReadUInt16(entry + 6) & 0x7fff, (int)(entry + 4)));
                uint next = ReadUInt32(entry + 12);
                if (next == 0)
                    break;
                entry += next;
            }

            uint nextLibrary = ReadUInt32(library + 12);
            if (nextLibrary == 0)
                break;
            library += nextLibrary;
        }
    }

    private string ReadName(uint offset)
    {
        if (!_dynamic.TryGetValue(Tag.Strings, out ulong strings) || offset >= _dynamic.GetValueOrDefault(Tag.StringsSize))
            throw Damaged("a name outside its string table");
        ReadOnlySpan<byte> rest = _image.AsSpan(FileOffset(strings + offset));
        int length = rest.IndexOf((byte)0);
        return length >= 0 ? Encoding.ASCII.GetString(rest[..length]) : throw Damaged("a name without an end");
    }

    private int FileOffset(ulong address)
    {
        foreach ((ulong start, ulong offset, ulong size) in _segments)
        {
            if (address >= start && address - start < size && offset < (ulong)_image.Length && address - start < (ulong)_image.Length - offset)
                return (int)(offset + (address - start));
        }

        throw Damaged($"address 0x{address:x} outside the file");
    }

    private ushort ReadUInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(offset, 2));

    private uint ReadUInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(offset, 4));

    private ulong ReadUInt64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(offset, 8));

    private ReadOnlySpan<byte> Bytes(long offset, int count) =>
        offset >= 0 && offset <= _image.Length - count ? _image.AsSpan((int)offset, count) : throw Damaged($"offset 0x{offset:x} outside the file");

    private InvalidDataException Damaged(string what) => new($"{_name} is a damaged ELF library: {what}.");

    private static class Tag
    {
        public const ulong PltRelocationsSize = 2, Strings = 5, Relocations = 7, RelocationsSize = 8, StringsSize = 10, PltRelocations = 23,
            SymbolVersions = 0x6ffffff0, VersionNeeds = 0x6ffffffe, VersionNeedsCount = 0x6fffffff;
    }
}
