using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// While one of these lives, memory of large tensors that torch frees stays with the process, and goes back to the system when the last is disposed.
/// </summary>
/// <remarks>
/// glibc asks the system for every large block and hands it back when it is freed; pages of new memory are zeroed one by one when they are first touched. A training step
/// frees and asks for the same activations again and again, so that a sixth to a quarter of its processor time went there. glibc's own settings (mallopt) keep such blocks for the process's main
/// thread alone, so the two functions by which libc10 gets and frees memory are led here instead: every tensor's memory passes through them, on all threads. Blocks are
/// glibc's from first to last, so that either side may free what it got from the other. Whoever tunes glibc's allocator, or brings one of his own, decides instead.
/// </remarks>
internal sealed unsafe partial class KeptMemory : IDisposable
{
    /// <summary>From here on glibc may ask the system for each block (malloc.h: M_MMAP_THRESHOLD).</summary>
    private const uint Smallest = 128 << 10;

    /// <summary>More than there is room for.</summary>
    private const ulong Largest = 1UL << 60;

    private const string Caller = "libc10.so", AllocateName = "posix_memalign", FreeName = "free";

    private static readonly string[] Tuning = ["GLIBC_TUNABLES", "MALLOC_MMAP_", "MALLOC_TRIM_", "MALLOC_TOP_"];

    private static readonly Lock Counting = new();
    private static readonly Lock Holding = new();
    private static readonly FreedBlocks Freed = new();
    private static (ImportedFunction Allocate, ImportedFunction Free)? _calls;
    private static int _living;
    private static bool _holds;
    private bool _disposed;

    private KeptMemory()
    {
    }

    /// <summary>Begins to keep memory, where that is possible: call it when torch is loaded.</summary>
    public static KeptMemory? Begin()
    {
        if (!OperatingSystem.IsLinux() || IsTuned())
            return null;
        lock (Counting)
        {
            if (_calls is null && !TryFindCalls())
                return null;
            if (_living++ == 0)
                Hold();
        }

        return new KeptMemory();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_disposed || !OperatingSystem.IsLinux())
            return;
        _disposed = true;
        lock (Counting)
        {
            if (--_living == 0)
                Release();
        }
    }

    [SupportedOSPlatform("linux")]
    private static bool TryFindCalls()
    {
        nint libc = NativeLibrary.Load("libc", typeof(KeptMemory).Assembly, null);
        // Another allocator, loaded before glibc's, has rules of its own.
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), FreeName, out nint free) || free != NativeLibrary.GetExport(libc, FreeName)
            || ImportedFunction.Find(Caller, AllocateName) is not { } allocate || ImportedFunction.Find(Caller, FreeName) is not { } release)
            return false;
        _calls = (allocate, release);
        // What native code still frees when .NET is gone must not come here.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Release();
        return true;
    }

    [SupportedOSPlatform("linux")]
    private static void Hold()
    {
        lock (Holding)
            _holds = true;
        _calls!.Value.Free.Replace((nint)(delegate* unmanaged[Cdecl]<nint, void>)&FreeBlock);
        _calls.Value.Allocate.Replace((nint)(delegate* unmanaged[Cdecl]<nint*, nuint, nuint, int>)&AllocateBlock);
    }

    [SupportedOSPlatform("linux")]
    private static void Release()
    {
        nint libc = NativeLibrary.Load("libc", typeof(KeptMemory).Assembly, null);
        _calls!.Value.Allocate.Replace(NativeLibrary.GetExport(libc, AllocateName));
        _calls.Value.Free.Replace(NativeLibrary.GetExport(libc, FreeName));
        IReadOnlyList<nint> blocks;
        lock (Holding)
        {
            _holds = false;
            blocks = Freed.Clear();
        }

        FreeAll(blocks);
    }

    /// <summary>Stands for posix_memalign.</summary>
    [SupportedOSPlatform("linux")]
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AllocateBlock(nint* block, nuint alignment, nuint size)
    {
        if (size < Smallest || size > Largest)
            return GlibcAllocate(block, alignment, size);
        long rounded = FreedBlocks.RoundUp((long)size);
        IReadOnlyList<nint> surplus;
        lock (Holding)
            *block = Freed.Take(rounded, (long)alignment, out surplus);
        if (*block != 0)
            return 0;
        FreeAll(surplus);
        int error = GlibcAllocate(block, alignment, (nuint)rounded);
        if (error == 0)
            return 0;
        // Memory is short: none is held back, and nothing is asked for beyond what is needed.
        lock (Holding)
            surplus = Freed.Clear();
        FreeAll(surplus);
        return GlibcAllocate(block, alignment, size);
    }

    /// <summary>Stands for free.</summary>
    [SupportedOSPlatform("linux")]
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeBlock(nint block)
    {
        long size = (long)UsableSize(block);
        if (size >= Smallest)
        {
            lock (Holding)
            {
                if (_holds)
                {
                    Freed.Add(block, size);
                    return;
                }
            }
        }

        GlibcFree(block);
    }

    [SupportedOSPlatform("linux")]
    private static void FreeAll(IReadOnlyList<nint> blocks)
    {
        foreach (nint block in blocks)
            GlibcFree(block);
    }

    private static bool IsTuned() =>
        Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => Tuning.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = AllocateName)]
    private static partial int GlibcAllocate(nint* block, nuint alignment, nuint size);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = FreeName)]
    private static partial void GlibcFree(nint block);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "malloc_usable_size")]
    [SuppressGCTransition]
    private static partial nuint UsableSize(nint block);
}
