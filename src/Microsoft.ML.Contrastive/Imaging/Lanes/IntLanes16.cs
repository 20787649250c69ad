using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging.Lanes;

/// <summary>Sixteen integers in 512 bits.</summary>
internal readonly struct IntLanes16(Vector512<int> value) : IIntLanes<IntLanes16, FloatLanes16>
{
    public readonly Vector512<int> Value = value;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Create(int value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Load(ref byte source) => new(Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref source))
        : Vector512.Create(IntLanes8.Load(ref source).Value, IntLanes8.Load(ref Unsafe.Add(ref source, 8)).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Load(ref ushort source) => new(Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector256.LoadUnsafe(ref source))
        : Vector512.Create(IntLanes8.Load(ref source).Value, IntLanes8.Load(ref Unsafe.Add(ref source, 8)).Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes16 values, ref byte destination)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(values.Value).StoreUnsafe(ref destination);
            return;
        }
        IntLanes8.Store(new(values.Value.GetLower()), ref destination);
        IntLanes8.Store(new(values.Value.GetUpper()), ref Unsafe.Add(ref destination, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreClamped(IntLanes16 values, ref byte destination)
    {
        var atLeastZero = Vector512.Max(values.Value, Vector512<int>.Zero);
        if (Avx512F.IsSupported)
            Avx512F.ConvertToVector128ByteWithSaturation(atLeastZero.AsUInt32()).StoreUnsafe(ref destination);
        else
            Store(new(Vector512.Min(atLeastZero, Vector512.Create(255))), ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(IntLanes16 values, ref ushort destination)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256UInt16(values.Value).StoreUnsafe(ref destination);
            return;
        }
        IntLanes8.Store(new(values.Value.GetLower()), ref destination);
        IntLanes8.Store(new(values.Value.GetUpper()), ref Unsafe.Add(ref destination, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 ToFloat(IntLanes16 values) => new(Vector512.ConvertToSingle(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Min(IntLanes16 a, IntLanes16 b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Max(IntLanes16 a, IntLanes16 b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 Abs(IntLanes16 values) => new(Vector512.Abs(values.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 IfEqual(IntLanes16 a, IntLanes16 b, IntLanes16 then, IntLanes16 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 IfEqual(IntLanes16 a, IntLanes16 b, FloatLanes16 then, FloatLanes16 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes16 IfAtLeast(IntLanes16 a, IntLanes16 b, FloatLanes16 then, FloatLanes16 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a.Value, b.Value).AsSingle(), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(IntLanes16 values) => Vector512.Sum(values.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator +(IntLanes16 a, IntLanes16 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator -(IntLanes16 a, IntLanes16 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator *(IntLanes16 a, IntLanes16 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator <<(IntLanes16 values, int bits) => new(values.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator >>(IntLanes16 values, int bits) => new(values.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntLanes16 operator >>>(IntLanes16 values, int bits) => new(values.Value >>> bits);
}
