using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Four numbers in 128 bits.</summary>
internal readonly struct FloatLanes4(Vector128<float> value) : IFloatLanes<FloatLanes4, IntLanes4>
{
    public readonly Vector128<float> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes4 values, ref float destination) => values.Value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Truncate(FloatLanes4 values) => new(Vector128.ConvertToInt32Native(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 Min(FloatLanes4 a, FloatLanes4 b) => new(Vector128.MinNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 Max(FloatLanes4 a, FloatLanes4 b) => new(Vector128.MaxNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 IfAtLeast(FloatLanes4 a, FloatLanes4 b, FloatLanes4 then, FloatLanes4 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 operator +(FloatLanes4 a, FloatLanes4 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 operator -(FloatLanes4 a, FloatLanes4 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 operator *(FloatLanes4 a, FloatLanes4 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 operator /(FloatLanes4 a, FloatLanes4 b) => new(a.Value / b.Value);
}
