using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Four integers in 128 bits.</summary>
internal readonly struct IntLanes4(Vector128<int> value) : IIntLanes<IntLanes4, FloatLanes4>
{
    public readonly Vector128<int> Value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Create(int value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Load(ref byte source) => new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref source)).AsByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Load(ref ushort source) => new(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ushort, byte>(ref source))).AsUInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes4 values, ref byte destination)
    {
        var words = Vector128.Narrow(values.Value, values.Value).AsUInt16();
        Unsafe.WriteUnaligned(ref destination, Vector128.Narrow(words, words).AsUInt32().ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreClamped(IntLanes4 values, ref byte destination) => Store(new(Vector128.Min(Vector128.Max(values.Value, Vector128<int>.Zero), Vector128.Create(255))), ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes4 values, ref ushort destination) =>
        Unsafe.WriteUnaligned(ref Unsafe.As<ushort, byte>(ref destination), Vector128.Narrow(values.Value, values.Value).AsUInt64().ToScalar());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 ToFloat(IntLanes4 values) => new(Vector128.ConvertToSingle(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Min(IntLanes4 a, IntLanes4 b) => new(Vector128.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Max(IntLanes4 a, IntLanes4 b) => new(Vector128.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 Abs(IntLanes4 values) => new(Vector128.Abs(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 IfEqual(IntLanes4 a, IntLanes4 b, IntLanes4 then, IntLanes4 otherwise) => new(Vector128.ConditionalSelect(Vector128.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 IfEqual(IntLanes4 a, IntLanes4 b, FloatLanes4 then, FloatLanes4 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes4 IfAtLeast(IntLanes4 a, IntLanes4 b, FloatLanes4 then, FloatLanes4 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(IntLanes4 values) => Vector128.Sum(values.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator +(IntLanes4 a, IntLanes4 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator -(IntLanes4 a, IntLanes4 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator *(IntLanes4 a, IntLanes4 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator <<(IntLanes4 values, int bits) => new(values.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator >>(IntLanes4 values, int bits) => new(values.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes4 operator >>>(IntLanes4 values, int bits) => new(values.Value >>> bits);
}
