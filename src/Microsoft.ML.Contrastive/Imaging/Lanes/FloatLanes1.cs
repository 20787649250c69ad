using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>One number.</summary>
internal readonly struct FloatLanes1(float value) : IFloatLanes<FloatLanes1, IntLanes1>
{
    public readonly float Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 Create(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes1 values, ref float destination) => destination = values.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Truncate(FloatLanes1 values) => new((int)values.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 Min(FloatLanes1 a, FloatLanes1 b) => new(MathF.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 Max(FloatLanes1 a, FloatLanes1 b) => new(MathF.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 IfAtLeast(FloatLanes1 a, FloatLanes1 b, FloatLanes1 then, FloatLanes1 otherwise) => a.Value >= b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 operator +(FloatLanes1 a, FloatLanes1 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 operator -(FloatLanes1 a, FloatLanes1 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 operator *(FloatLanes1 a, FloatLanes1 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 operator /(FloatLanes1 a, FloatLanes1 b) => new(a.Value / b.Value);
}
