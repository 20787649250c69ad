using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Exchanges rows and columns of 16 × 16 bytes, so that operations along rows can run as operations down columns, many rows at a time.</summary>
internal static class ByteTile
{
    /// <summary>Rows and columns of a tile.</summary>
    public const int Side = 16;

    /// <summary>Writes the columns of a tile as rows.</summary>
    public static void Transpose(ref byte source, nint sourceStride, ref byte target, nint targetStride)
    {
        if (Sse2.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            InVectors(ref source, sourceStride, ref target, targetStride);
            return;
        }

        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
                Unsafe.Add(ref target, (x * targetStride) + y) = Unsafe.Add(ref source, (y * sourceStride) + x);
        }
    }

    /// <summary>Zipping the upper eight vectors with the lower eight is a step of a perfect shuffle of the 256 bytes; after four of them rows are columns.</summary>
    private static void InVectors(ref byte source, nint stride, ref byte target, nint targetStride)
    {
        Zip(Row(ref source, 0), Row(ref source, 8 * stride), out var a0, out var a1);
        Zip(Row(ref source, stride), Row(ref source, 9 * stride), out var a2, out var a3);
        Zip(Row(ref source, 2 * stride), Row(ref source, 10 * stride), out var a4, out var a5);
        Zip(Row(ref source, 3 * stride), Row(ref source, 11 * stride), out var a6, out var a7);
        Zip(Row(ref source, 4 * stride), Row(ref source, 12 * stride), out var a8, out var a9);
        Zip(Row(ref source, 5 * stride), Row(ref source, 13 * stride), out var a10, out var a11);
        Zip(Row(ref source, 6 * stride), Row(ref source, 14 * stride), out var a12, out var a13);
        Zip(Row(ref source, 7 * stride), Row(ref source, 15 * stride), out var a14, out var a15);
        for (int step = 1; step < 4; step++)
        {
            Zip(a0, a8, out var b0, out var b1);
            Zip(a1, a9, out var b2, out var b3);
            Zip(a2, a10, out var b4, out var b5);
            Zip(a3, a11, out var b6, out var b7);
            Zip(a4, a12, out var b8, out var b9);
            Zip(a5, a13, out var b10, out var b11);
            Zip(a6, a14, out var b12, out var b13);
            Zip(a7, a15, out var b14, out var b15);
            (a0, a1, a2, a3, a4, a5, a6, a7) = (b0, b1, b2, b3, b4, b5, b6, b7);
            (a8, a9, a10, a11, a12, a13, a14, a15) = (b8, b9, b10, b11, b12, b13, b14, b15);
        }

        a0.StoreUnsafe(ref target);
        a1.StoreUnsafe(ref Unsafe.Add(ref target, targetStride));
        a2.StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetStride));
        a3.StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetStride));
        a4.StoreUnsafe(ref Unsafe.Add(ref target, 4 * targetStride));
        a5.StoreUnsafe(ref Unsafe.Add(ref target, 5 * targetStride));
        a6.StoreUnsafe(ref Unsafe.Add(ref target, 6 * targetStride));
        a7.StoreUnsafe(ref Unsafe.Add(ref target, 7 * targetStride));
        a8.StoreUnsafe(ref Unsafe.Add(ref target, 8 * targetStride));
        a9.StoreUnsafe(ref Unsafe.Add(ref target, 9 * targetStride));
        a10.StoreUnsafe(ref Unsafe.Add(ref target, 10 * targetStride));
        a11.StoreUnsafe(ref Unsafe.Add(ref target, 11 * targetStride));
        a12.StoreUnsafe(ref Unsafe.Add(ref target, 12 * targetStride));
        a13.StoreUnsafe(ref Unsafe.Add(ref target, 13 * targetStride));
        a14.StoreUnsafe(ref Unsafe.Add(ref target, 14 * targetStride));
        a15.StoreUnsafe(ref Unsafe.Add(ref target, 15 * targetStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Row(ref byte source, nint offset) => Vector128.LoadUnsafe(ref Unsafe.Add(ref source, offset));

    /// <summary>The bytes of two vectors by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Zip(Vector128<byte> a, Vector128<byte> b, out Vector128<byte> low, out Vector128<byte> high)
    {
        if (Sse2.IsSupported)
            (low, high) = (Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b));
        else
            (low, high) = (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
    }
}
