using System.Numerics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>
/// Some 32-bit integers side by side, one a lane. A kernel is written once over lanes and runs at every width: 1 (the reference), 4, 8 and 16 lanes.
/// Each lane computes the same integers, so results do not depend on the width. Arithmetic wraps around.
/// </summary>
internal interface IIntLanes<TInt, TFloat> :
    IAdditionOperators<TInt, TInt, TInt>, ISubtractionOperators<TInt, TInt, TInt>, IMultiplyOperators<TInt, TInt, TInt>, IShiftOperators<TInt, int, TInt>
    where TInt : struct, IIntLanes<TInt, TFloat>
    where TFloat : struct, IFloatLanes<TFloat, TInt>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TInt Create(int value);

    /// <summary>Reads a byte a lane.</summary>
    static abstract TInt Load(ref byte source);

    /// <summary>Reads 16 bits a lane.</summary>
    static abstract TInt Load(ref ushort source);

    /// <summary>Writes lanes in 0 … 255 as bytes.</summary>
    static abstract void Store(TInt values, ref byte destination);

    /// <summary>Writes lanes as bytes; what is below 0 or above 255 becomes that.</summary>
    static abstract void StoreClamped(TInt values, ref byte destination);

    /// <summary>Writes lanes in 0 … 65535 as 16 bits.</summary>
    static abstract void Store(TInt values, ref ushort destination);

    /// <summary>Lanes below 2²⁴ as floating-point numbers.</summary>
    static abstract TFloat ToFloat(TInt values);

    /// <summary>The smaller of each two.</summary>
    static abstract TInt Min(TInt a, TInt b);

    /// <summary>The larger of each two.</summary>
    static abstract TInt Max(TInt a, TInt b);

    /// <summary>The distance of each lane from 0.</summary>
    static abstract TInt Abs(TInt values);

    /// <summary>a == b ? then : otherwise, lane by lane.</summary>
    static abstract TInt IfEqual(TInt a, TInt b, TInt then, TInt otherwise);

    /// <summary>a == b ? then : otherwise, lane by lane.</summary>
    static abstract TFloat IfEqual(TInt a, TInt b, TFloat then, TFloat otherwise);

    /// <summary>a ≥ b ? then : otherwise, lane by lane.</summary>
    static abstract TFloat IfAtLeast(TInt a, TInt b, TFloat then, TFloat otherwise);

    /// <summary>Sum of the lanes.</summary>
    static abstract int Sum(TInt values);
}
