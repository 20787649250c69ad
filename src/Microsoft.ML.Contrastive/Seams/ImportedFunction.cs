using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// A function that a loaded library calls in another one. The address lies in a table that the system's loader has filled in, and the library follows whatever stands there
/// (System V ABI, "Dynamic Linking": DT_JMPREL).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class ImportedFunction
{
    private const long DynamicEnd = 0, CallTableBytes = 2, StringTable = 5, SymbolTable = 6, CallTable = 23;    // elf.h: DT_…
    private const uint DynamicSegment = 2;                                                                      // PT_DYNAMIC
    private const int ReadAndWrite = 3;                                                                         // mman.h: PROT_READ | PROT_WRITE

    private readonly nint* _address;

    private ImportedFunction(nint* address) => _address = address;

    /// <summary>Finds a function in the table of a library.</summary>
    /// <param name="fileName">The library's file.</param>
    /// <param name="name">The function.</param>
    /// <returns><see langword="null"/> where no such library is loaded, or where it calls no such function by a table of 64-bit addresses.</returns>
    public static ImportedFunction? Find(string fileName, string name)
    {
        if (sizeof(nint) != sizeof(long))
            return null;
        var search = new Search(fileName);
        GCHandle handle = GCHandle.Alloc(search);
        _ = ForEachLibrary(&Visit, GCHandle.ToIntPtr(handle));
        handle.Free();
        return search.Dynamic == 0 ? null : Find((DynamicEntry*)search.Dynamic, search.Base, name);
    }

    /// <summary>Has the library call another function from now on.</summary>
    /// <param name="function">Its address; its signature is that of the one that it stands for.</param>
    public void Replace(nint function)
    {
        // The loader may have made the table read-only once it was done.
        nint page = (nint)_address & -Environment.SystemPageSize;
        if (Protect(page, (nuint)Environment.SystemPageSize, ReadAndWrite) == 0)
            Volatile.Write(ref *_address, function);
    }

    private static ImportedFunction? Find(DynamicEntry* entries, nint start, string name)
    {
        nint strings = 0, symbols = 0, calls = 0;
        long bytes = 0;
        for (DynamicEntry* entry = entries; entry->Tag != DynamicEnd; entry++)
        {
            switch (entry->Tag)
            {
                case StringTable: strings = Absolute(entry->Value); break;
                case SymbolTable: symbols = Absolute(entry->Value); break;
                case CallTable: calls = Absolute(entry->Value); break;
                case CallTableBytes: bytes = entry->Value; break;
            }
        }

        if (strings == 0 || symbols == 0 || calls == 0)
            return null;
        for (var call = (Relocation*)calls; call < (Relocation*)(calls + (nint)bytes); call++)
        {
            if (Marshal.PtrToStringUTF8(strings + (nint)((Symbol*)symbols)[call->Info >> 32].Name) == name)
                return new ImportedFunction((nint*)(start + (nint)call->Offset));
        }

        return null;

        // glibc's loader has added the library's start to what stands in the file, others have not.
        nint Absolute(long value) => (nint)value < start ? start + (nint)value : (nint)value;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Visit(Library* library, nuint size, nint data)
    {
        var search = (Search)GCHandle.FromIntPtr(data).Target!;
        if (Path.GetFileName(Marshal.PtrToStringUTF8(library->Name)) != search.FileName)
            return 0;
        for (int i = 0; i < library->SegmentCount; i++)
        {
            if (((Segment*)library->Segments)[i] is { Type: DynamicSegment } dynamic)
                (search.Base, search.Dynamic) = (library->Start, library->Start + (nint)dynamic.Address);
        }

        return 1;
    }

    [LibraryImport("libc", EntryPoint = "dl_iterate_phdr")]
    private static partial int ForEachLibrary(delegate* unmanaged[Cdecl]<Library*, nuint, nint, int> visit, nint data);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    private sealed class Search(string fileName)
    {
        public string FileName => fileName;

        public nint Base { get; set; }

        public nint Dynamic { get; set; }
    }

    /// <summary>link.h: the beginning of dl_phdr_info.</summary>
    private readonly record struct Library(nint Start, nint Name, nint Segments, ushort SegmentCount);

    /// <summary>elf.h: Elf64_Phdr.</summary>
    private readonly record struct Segment(uint Type, uint Flags, long Offset, long Address, long PhysicalAddress, long FileBytes, long MemoryBytes, long Alignment);

    /// <summary>Elf64_Dyn.</summary>
    private readonly record struct DynamicEntry(long Tag, long Value);

    /// <summary>Elf64_Rela.</summary>
    private readonly record struct Relocation(long Offset, ulong Info, long Addend);

    /// <summary>Elf64_Sym.</summary>
    private readonly record struct Symbol(uint Name, byte Info, byte Other, ushort Section, long Value, long Bytes);
}
