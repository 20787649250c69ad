using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Eight pixel values at a time as 32-bit lanes. Every operation of the renderer that is vectorised computes the same integers (or the
/// same IEEE operations in the same order) per lane as its scalar loop, so results do not depend on the width or the machine.
/// </summary>
internal static class PixelLanes
{
    /// <summary>Lanes of a vector.</summary>
    public const int Count = 8;

    /// <summary>Reads eight bytes and widens each to a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(ref byte source) => Widen(Unsafe.ReadUnaligned<ulong>(ref source));

    /// <summary>Widens the eight bytes of a number, lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(ulong eightBytes)
    {
        var bytes = Vector128.CreateScalar(eightBytes).AsByte();
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(bytes);
        var words = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }

    /// <summary>Narrows lanes in 0 … 255 to eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Narrow(Vector256<int> values)
    {
        var words = Vector128.Narrow(values.GetLower(), values.GetUpper()).AsUInt16();
        return Vector128.Narrow(words, words).AsUInt64().ToScalar();
    }

    /// <summary>Writes lanes in 0 … 255 as eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> values, ref byte destination) => Unsafe.WriteUnaligned(ref destination, Narrow(values));
}
