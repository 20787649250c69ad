using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Exchanges rows and columns of a plane, so that operations along rows can run as operations down columns, many at a time.</summary>
internal static class Transpose
{
    private const int Tile = 8;

    /// <summary>Writes a plane of height × width as one of width × height.</summary>
    public static void Run(ReadOnlySpan<byte> source, Span<byte> target, int width, int height)
    {
        int y = 0;
        for (; Sse2.IsSupported && y <= height - Tile; y += Tile)
        {
            int x = 0;
            for (; x <= width - Tile; x += Tile)
            {
                Tile8(ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (y * width) + x), width,
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(target), (x * height) + y), height);
            }
            OneByOne(source, target, x, y, width, y + Tile, width, height);
        }
        OneByOne(source, target, 0, y, width, height, width, height);
    }

    private static void OneByOne(ReadOnlySpan<byte> source, Span<byte> target, int left, int top, int right, int bottom, int width, int height)
    {
        for (int x = left; x < right; x++)
        {
            for (int y = top; y < bottom; y++)
                target[(x * height) + y] = source[(y * width) + x];
        }
    }

    /// <summary>Eight rows of eight bytes: interleaved by bytes, then by pairs, then by fours, they are columns.</summary>
    private static void Tile8(ref byte source, int width, ref byte target, int height)
    {
        var a = Sse2.UnpackLow(Row(ref source, 0), Row(ref source, width)).AsUInt16();
        var b = Sse2.UnpackLow(Row(ref source, 2 * width), Row(ref source, 3 * width)).AsUInt16();
        var c = Sse2.UnpackLow(Row(ref source, 4 * width), Row(ref source, 5 * width)).AsUInt16();
        var d = Sse2.UnpackLow(Row(ref source, 6 * width), Row(ref source, 7 * width)).AsUInt16();
        var abLow = Sse2.UnpackLow(a, b).AsUInt32();
        var abHigh = Sse2.UnpackHigh(a, b).AsUInt32();
        var cdLow = Sse2.UnpackLow(c, d).AsUInt32();
        var cdHigh = Sse2.UnpackHigh(c, d).AsUInt32();
        Columns(Sse2.UnpackLow(abLow, cdLow), ref target, height);
        Columns(Sse2.UnpackHigh(abLow, cdLow), ref Unsafe.Add(ref target, 2 * height), height);
        Columns(Sse2.UnpackLow(abHigh, cdHigh), ref Unsafe.Add(ref target, 4 * height), height);
        Columns(Sse2.UnpackHigh(abHigh, cdHigh), ref Unsafe.Add(ref target, 6 * height), height);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<byte> Row(ref byte source, int offset)
            => Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, offset))).AsByte();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Columns(Vector128<uint> two, ref byte target, int height)
        {
            Unsafe.WriteUnaligned(ref target, two.AsUInt64()[0]);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, height), two.AsUInt64()[1]);
        }
    }
}
