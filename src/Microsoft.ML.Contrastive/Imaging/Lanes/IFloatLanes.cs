using System.Numerics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>
/// Some single-precision numbers side by side, one a lane. Each operation is rounded by itself, as IEEE 754 has it: a fused multiplication and addition
/// would round differently on machines that lack it.
/// </summary>
internal interface IFloatLanes<TFloat, TInt> :
    IAdditionOperators<TFloat, TFloat, TFloat>, ISubtractionOperators<TFloat, TFloat, TFloat>, IMultiplyOperators<TFloat, TFloat, TFloat>, IDivisionOperators<TFloat, TFloat, TFloat>
    where TFloat : struct, IFloatLanes<TFloat, TInt>
    where TInt : struct, IIntLanes<TInt, TFloat>
{
    /// <summary>The same value in every lane.</summary>
    static abstract TFloat Create(float value);

    /// <summary>Writes a value a lane.</summary>
    static abstract void Store(TFloat values, ref float destination);

    /// <summary>The whole part of each lane, which is within the range of integers.</summary>
    static abstract TInt Truncate(TFloat values);

    /// <summary>The smaller of each two.</summary>
    static abstract TFloat Min(TFloat a, TFloat b);

    /// <summary>The larger of each two.</summary>
    static abstract TFloat Max(TFloat a, TFloat b);

    /// <summary>a ≥ b ? then : otherwise, lane by lane.</summary>
    static abstract TFloat IfAtLeast(TFloat a, TFloat b, TFloat then, TFloat otherwise);
}
