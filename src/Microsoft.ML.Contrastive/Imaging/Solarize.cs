using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Inverts the values at or above a threshold.</summary>
internal static class Solarize
{
    /// <summary>x where x is below the threshold, 255 − x elsewhere.</summary>
    public static void Run(Span<byte> values, byte threshold)
    {
        var limit = new Vector<byte>(threshold);
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(values);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = Vector.ConditionalSelect(Vector.LessThan(vectors[i], limit), vectors[i], ~vectors[i]);
        foreach (ref byte value in values[(vectors.Length * Vector<byte>.Count)..])
        {
            if (value >= threshold)
                value = (byte)~value;
        }
    }
}
