using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// While one of these lives, memory that native code frees stays with the process, and goes back to the system when the last is disposed.
/// </summary>
/// <remarks>
/// glibc asks the system for every block from 32 MiB on and hands it back when it is freed; pages of new memory are zeroed one by one when they are first touched. A training step
/// frees and asks for the same activations again and again, so that a sixth to a quarter of its processor time went there. The peak is up to a half higher, as
/// blocks do not fit into one another exactly. Whoever sets glibc's tunables decides instead. It works in full for the process's main thread alone:
/// the heaps of others hold no block beyond some 64 MiB (docs/decisions/0009-kept-memory.md).
/// </remarks>
internal sealed partial class KeptMemory : IDisposable
{
    // malloc.h
    private const int TrimThreshold = -1, MapMaximum = -4;
    private const int DefaultTrimThreshold = 128 << 10, DefaultMapMaximum = 65536;
    private const int Never = -1;

    private static readonly string[] Tuning = ["MALLOC_MMAP_", "MALLOC_TRIM_", "MALLOC_TOP_"];

    private static readonly Lock Counting = new();
    private static int _living;
    private bool _disposed;

    private KeptMemory()
    {
    }

    /// <summary>Begins to keep memory, where that is possible.</summary>
    public static KeptMemory? Begin()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) || IsTuned())
            return null;
        lock (Counting)
        {
            if (_living++ == 0)
            {
                _ = SetAllocator(TrimThreshold, Never);
                _ = SetAllocator(MapMaximum, 0);
            }
        }

        return new KeptMemory();
    }

    /// <summary>Returns what is free at this moment to the system, where memory is kept: a heap that is never trimmed grows by holes that nothing fits into.</summary>
    public static void ReturnUnused()
    {
        if (!OperatingSystem.IsLinux())
            return;
        lock (Counting)
        {
            if (_living > 0)
                _ = TrimAllocator(0);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_disposed || !OperatingSystem.IsLinux())
            return;
        _disposed = true;
        lock (Counting)
        {
            if (--_living > 0)
                return;
            _ = SetAllocator(TrimThreshold, DefaultTrimThreshold);
            _ = SetAllocator(MapMaximum, DefaultMapMaximum);
            _ = TrimAllocator(0);
        }
    }

    private static bool IsTuned() =>
        Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is not null
        || Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => Tuning.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimAllocator(nuint pad);
}
