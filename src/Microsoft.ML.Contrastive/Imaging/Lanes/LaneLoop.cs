using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>What to compute at one place of a row or plane, in as many lanes as there are.</summary>
internal interface ILaneKernel
{
    /// <summary>Computes the values at <paramref name="i"/> and, lane by lane, behind it.</summary>
    void At<TInt, TFloat>(int i)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>;
}

/// <summary>Runs a kernel over a length: in the widest lanes that the machine has, then in narrower ones, at last one by one.</summary>
internal static class LaneLoop
{
    /// <summary>Calls the kernel for 0 … <paramref name="length"/> − 1, each once.</summary>
    public static void Run<TKernel>(TKernel kernel, int length)
        where TKernel : struct, ILaneKernel, allows ref struct
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
            i = Loop<TKernel, IntLanes16, FloatLanes16>(kernel, i, length);
        if (Vector256.IsHardwareAccelerated)
            i = Loop<TKernel, IntLanes8, FloatLanes8>(kernel, i, length);
        if (Vector128.IsHardwareAccelerated)
            i = Loop<TKernel, IntLanes4, FloatLanes4>(kernel, i, length);
        _ = Loop<TKernel, IntLanes1, FloatLanes1>(kernel, i, length);
    }

    /// <summary>Calls the kernel from a place on while it fills the lanes, and returns how far that was. Compiled as <see cref="WidestLanes.Run{TWork, TInt, TFloat}(TWork)"/> is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Loop<TKernel, TInt, TFloat>(TKernel kernel, int i, int length)
        where TKernel : struct, ILaneKernel, allows ref struct
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        for (; i <= length - TInt.Count; i += TInt.Count)
            kernel.At<TInt, TFloat>(i);
        return i;
    }
}
