using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Replaces each byte by its entry in a table of 256.</summary>
internal static class ByteTable
{
    /// <summary>Number of entries.</summary>
    public const int Length = 256;

    /// <summary>Whether looking up 64 bytes takes a few instructions, less than computing what the table says.</summary>
    public static bool IsFast => Avx512Vbmi.IsSupported;

    /// <summary>The table that leaves every byte as it is.</summary>
    public static void Identity(Span<byte> table)
    {
        for (int v = 0; v < Length; v++)
            table[v] = (byte)v;
    }

    /// <summary>Replaces the values.</summary>
    public static void Apply(Span<byte> values, ReadOnlySpan<byte> table)
    {
        if (Avx512Vbmi.IsSupported)
        {
            // A lookup takes 7 bits of the index, from two vectors; the eighth bit says from which pair of them.
            var quarters = MemoryMarshal.Cast<byte, Vector512<byte>>(table);
            var (a, b, c, d) = (quarters[0], quarters[1], quarters[2], quarters[3]);
            var vectors = MemoryMarshal.Cast<byte, Vector512<byte>>(values);
            foreach (ref Vector512<byte> value in vectors)
            {
                var low = Avx512Vbmi.PermuteVar64x8x2(a, value, b);
                var high = Avx512Vbmi.PermuteVar64x8x2(c, value, d);
                value = Vector512.ConditionalSelect(Vector512.LessThan(value.AsSByte(), Vector512<sbyte>.Zero).AsByte(), high, low);
            }
            values = values[(vectors.Length * Vector512<byte>.Count)..];
        }

        foreach (ref byte value in values)
            value = table[value];
    }
}
