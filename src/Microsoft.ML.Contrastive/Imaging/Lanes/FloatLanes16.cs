using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Sixteen numbers in 512 bits.</summary>
internal readonly struct FloatLanes16(Vector512<float> value) : IFloatLanes<FloatLanes16, IntLanes16>
{
    public readonly Vector512<float> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes16 values, ref float destination) => values.Value.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Truncate(FloatLanes16 values) => new(Vector512.ConvertToInt32Native(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 Min(FloatLanes16 a, FloatLanes16 b) => new(Vector512.MinNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 Max(FloatLanes16 a, FloatLanes16 b) => new(Vector512.MaxNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 IfAtLeast(FloatLanes16 a, FloatLanes16 b, FloatLanes16 then, FloatLanes16 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 operator +(FloatLanes16 a, FloatLanes16 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 operator -(FloatLanes16 a, FloatLanes16 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 operator *(FloatLanes16 a, FloatLanes16 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 operator /(FloatLanes16 a, FloatLanes16 b) => new(a.Value / b.Value);
}
