using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Eight integers in 256 bits.</summary>
internal readonly struct IntLanes8(Vector256<int> value) : IIntLanes<IntLanes8, FloatLanes8>
{
    public readonly Vector256<int> Value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Create(int value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Load(ref byte source) => new(Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref source)).AsByte())
        : Vector256.Create(IntLanes4.Load(ref source).Value, IntLanes4.Load(ref Unsafe.Add(ref source, 4)).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Load(ref ushort source) => new(Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref source))
        : Vector256.Create(IntLanes4.Load(ref source).Value, IntLanes4.Load(ref Unsafe.Add(ref source, 4)).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes8 values, ref byte destination)
    {
        var words = Vector128.Narrow(values.Value.GetLower(), values.Value.GetUpper()).AsUInt16();
        Unsafe.WriteUnaligned(ref destination, Vector128.Narrow(words, words).AsUInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreClamped(IntLanes8 values, ref byte destination)
    {
        var words = Vector128.NarrowWithSaturation(values.Value.GetLower(), values.Value.GetUpper());
        words = Vector128.Min(Vector128.Max(words, Vector128<short>.Zero), Vector128.Create((short)255));
        Unsafe.WriteUnaligned(ref destination, Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsUInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes8 values, ref ushort destination) => Vector128.Narrow(values.Value.GetLower(), values.Value.GetUpper()).AsUInt16().StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes8 ToFloat(IntLanes8 values) => new(Vector256.ConvertToSingle(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Min(IntLanes8 a, IntLanes8 b) => new(Vector256.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Max(IntLanes8 a, IntLanes8 b) => new(Vector256.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 Abs(IntLanes8 values) => new(Vector256.Abs(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 IfEqual(IntLanes8 a, IntLanes8 b, IntLanes8 then, IntLanes8 otherwise) => new(Vector256.ConditionalSelect(Vector256.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes8 IfEqual(IntLanes8 a, IntLanes8 b, FloatLanes8 then, FloatLanes8 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes8 IfAtLeast(IntLanes8 a, IntLanes8 b, FloatLanes8 then, FloatLanes8 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(IntLanes8 values) => Vector256.Sum(values.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator +(IntLanes8 a, IntLanes8 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator -(IntLanes8 a, IntLanes8 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator *(IntLanes8 a, IntLanes8 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator <<(IntLanes8 values, int bits) => new(values.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator >>(IntLanes8 values, int bits) => new(values.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes8 operator >>>(IntLanes8 values, int bits) => new(values.Value >>> bits);
}
