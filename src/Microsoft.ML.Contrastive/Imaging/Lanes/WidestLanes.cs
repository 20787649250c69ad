using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Work with loops of its own, of which it also computes what does not fill the lanes.</summary>
internal interface ILaneWork
{
    /// <summary>Does the work.</summary>
    void Run<TInt, TFloat>()
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>;
}

/// <summary>Does work in the widest lanes that the machine has.</summary>
internal static class WidestLanes
{
    /// <summary>Does the work.</summary>
    public static void Run<TWork>(TWork work)
        where TWork : struct, ILaneWork, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated)
            Run<TWork, IntLanes16, FloatLanes16>(work);
        else if (Vector256.IsHardwareAccelerated)
            Run<TWork, IntLanes8, FloatLanes8>(work);
        else if (Vector128.IsHardwareAccelerated)
            Run<TWork, IntLanes4, FloatLanes4>(work);
        else
            Run<TWork, IntLanes1, FloatLanes1>(work);
    }

    /// <summary>
    /// Does the work in lanes of one's choice. By value: its fields then live in registers. Compiled once and for all: without optimisation every operation on lanes is a
    /// call, and the first views would take seconds.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<TWork, TInt, TFloat>(TWork work)
        where TWork : struct, ILaneWork, allows ref struct
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
        => work.Run<TInt, TFloat>();
}
