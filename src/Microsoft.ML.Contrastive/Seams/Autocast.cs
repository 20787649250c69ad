using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// torch's autocast to bfloat16, which TorchSharp 0.107 does not have: its switches are exported by libtorch_cpu under their C++ names, for every device.
/// The names are those of the Itanium ABI (Linux, macOS); the signatures are libtorch 2.10's. The switches belong to the calling thread.
/// </summary>
internal static unsafe class Autocast
{
    /// <summary>Bit 22 of EDX of leaf 7: tile products of bfloat16 (Intel's manual, volume 2A, CPUID).</summary>
    private const int AmxBFloat16 = 1 << 22;

    private static readonly Lazy<Switches?> Native = new(Find);

    /// <summary>Whether the switches were found.</summary>
    public static bool IsSupported => Native.Value is not null;

    /// <summary>Whether the processor has instructions for products of bfloat16 matrices that outdo those of single precision.</summary>
    public static bool ProcessorMultipliesBFloat16 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & AmxBFloat16) != 0;

    /// <summary>From here on, and until as many calls of <see cref="Leave"/>, operations on this thread for which it is safe run in bfloat16.</summary>
    public static void Enter(DeviceType device)
    {
        Switches native = Native.Value ?? throw new PlatformNotSupportedException("torch's autocast is not to be found in the loaded libtorch.");
        native.SetDtype((sbyte)device, (sbyte)ScalarType.BFloat16);
        if (native.IncrementNesting() == 1)
            native.SetEnabled((sbyte)device, 1);
    }

    /// <summary>Ends the innermost <see cref="Enter"/>. At the outermost, weights that were cast are forgotten: the optimiser is about to move them.</summary>
    public static void Leave(DeviceType device)
    {
        Switches native = Native.Value!;
        if (native.DecrementNesting() > 0)
            return;
        native.SetEnabled((sbyte)device, 0);
        native.ClearCache();
    }

    private static Switches? Find()
    {
        if (OperatingSystem.IsWindows())
            return null;
        TorchRuntime.EnsureLoaded();
        string file = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        return NativeLibrary.TryLoad(file, typeof(torch).Assembly, null, out nint library) || NativeLibrary.TryLoad(file, out library)
            ? Find(library)
            : null;
    }

    private static Switches? Find(nint library) =>
        NativeLibrary.TryGetExport(library, "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb", out nint setEnabled)
        && NativeLibrary.TryGetExport(library, "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", out nint setDtype)
        && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17increment_nestingEv", out nint increment)
        && NativeLibrary.TryGetExport(library, "_ZN2at8autocast17decrement_nestingEv", out nint decrement)
        && NativeLibrary.TryGetExport(library, "_ZN2at8autocast11clear_cacheEv", out nint clear)
            ? new Switches(setEnabled, setDtype, increment, decrement, clear)
            : null;

    /// <summary>c10::DeviceType and c10::ScalarType are signed bytes.</summary>
    private sealed class Switches(nint setEnabled, nint setDtype, nint increment, nint decrement, nint clear)
    {
        public void SetEnabled(sbyte device, byte enabled) => ((delegate* unmanaged[Cdecl]<sbyte, byte, void>)setEnabled)(device, enabled);

        public void SetDtype(sbyte device, sbyte type) => ((delegate* unmanaged[Cdecl]<sbyte, sbyte, void>)setDtype)(device, type);

        public int IncrementNesting() => ((delegate* unmanaged[Cdecl]<int>)increment)();

        public int DecrementNesting() => ((delegate* unmanaged[Cdecl]<int>)decrement)();

        public void ClearCache() => ((delegate* unmanaged[Cdecl]<void>)clear)();
    }
}
