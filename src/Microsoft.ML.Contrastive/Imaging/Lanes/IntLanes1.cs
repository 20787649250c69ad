using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>One integer: the scalar path, which is the reference for the others and computes what is left where a width does not fill the lanes.</summary>
internal readonly struct IntLanes1(int value) : IIntLanes<IntLanes1, FloatLanes1>
{
    public readonly int Value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Create(int value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Load(ref byte source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Load(ref ushort source) => new(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes1 values, ref byte destination) => destination = (byte)values.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreClamped(IntLanes1 values, ref byte destination) => destination = (byte)Math.Clamp(values.Value, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes1 values, ref ushort destination) => destination = (ushort)values.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 ToFloat(IntLanes1 values) => new(values.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Min(IntLanes1 a, IntLanes1 b) => new(Math.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Max(IntLanes1 a, IntLanes1 b) => new(Math.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 Abs(IntLanes1 values) => new(Math.Abs(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 IfEqual(IntLanes1 a, IntLanes1 b, IntLanes1 then, IntLanes1 otherwise) => a.Value == b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 IfEqual(IntLanes1 a, IntLanes1 b, FloatLanes1 then, FloatLanes1 otherwise) => a.Value == b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 IfAtLeast(IntLanes1 a, IntLanes1 b, FloatLanes1 then, FloatLanes1 otherwise) => a.Value >= b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(IntLanes1 values) => values.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator +(IntLanes1 a, IntLanes1 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator -(IntLanes1 a, IntLanes1 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator *(IntLanes1 a, IntLanes1 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator <<(IntLanes1 values, int bits) => new(values.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator >>(IntLanes1 values, int bits) => new(values.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes1 operator >>>(IntLanes1 values, int bits) => new(values.Value >>> bits);
}
