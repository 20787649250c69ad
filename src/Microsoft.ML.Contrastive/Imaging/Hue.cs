using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Hue shift as torchvision has it on Pillow images: to 8-bit hue, saturation and value, steps of hue added modulo 256, and back. Planes in,
/// planes out.
/// </summary>
/// <remarks>
/// <para>There: Pillow divides in single precision and scales in double precision, and truncates; where 255 times a quotient falls just
/// below an integer decides a level, so the same operations in the same precisions are used here.</para>
/// <para>Back: hue h (0 … 255 for a turn) is 6h in units of a 255th of a sextant, and a channel is v − v·s·w, where w falls from 1 to 0 and rises again
/// with the distance of h from the channel's own hue. This is the usual case distinction between p, q and t, without its branches. The
/// denominator 255² is odd, so that rounding to the nearest knows no ties and integer arithmetic gives the exact level.</para>
/// </remarks>
internal static class Hue
{
    private const int Sextant = 255, Turn = 6 * Sextant, Unit = 255 * 255;

    /// <summary>Adds a shift in turns, −0.5 … 0.5.</summary>
    public static void Shift(Span<byte> planes, float turns)
    {
        int steps = (int)(turns * 255.0);
        int n = planes.Length / 3;
        ref byte red = ref MemoryMarshal.GetReference(planes);
        ref byte green = ref Unsafe.Add(ref red, n);
        ref byte blue = ref Unsafe.Add(ref green, n);
        int i = 0;
        for (; i <= n - PixelLanes.Count; i += PixelLanes.Count)
            Shift8(ref Unsafe.Add(ref red, i), ref Unsafe.Add(ref green, i), ref Unsafe.Add(ref blue, i), steps);
        for (; i < n; i++)
            Shift1(ref planes[i], ref planes[n + i], ref planes[(2 * n) + i], steps);
    }

    private static void Shift1(ref byte red, ref byte green, ref byte blue, int steps)
    {
        int r = red, g = green, b = blue;
        int max = Math.Max(r, Math.Max(g, b)), min = Math.Min(r, Math.Min(g, b));
        int chroma = Math.Max(max - min, 1);

        // With the channel of the maximum as origin (0, 2, 4), the hue lies on the side of the larger of the other two, `middle`.
        int origin = r == max ? 0 : g == max ? 2 : 4;
        bool above = r == max ? g >= b : g == max ? b >= r : r >= g;
        float distance = (float)(max - (r + g + b - max - min)) / chroma;
        float sixths = above ? (origin + 1) - distance : (origin - 1) + distance;
        double turn = (sixths / 6.0) + 1.0;
        turn = (float)(turn >= 1.0 ? turn - 1.0 : turn);
        int hue = ((int)(turn * 255.0) + steps) & 255;
        int saturation = max == min ? 0 : (int)((float)chroma / max * 255.0);

        red = Channel(5);
        green = Channel(3);
        blue = Channel(1);

        byte Channel(int sextants)
        {
            int k = (hue * 6) + (sextants * Sextant);
            k -= k >= Turn ? Turn : 0;
            int w = Math.Clamp(Math.Min(k, (4 * Sextant) - k), 0, 255);
            return (byte)(max - (((max * saturation * w) + (Unit / 2)) / Unit));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift8(ref byte red, ref byte green, ref byte blue, int steps)
    {
        var r = PixelLanes.Load(ref red);
        var g = PixelLanes.Load(ref green);
        var b = PixelLanes.Load(ref blue);
        var max = Vector256.Max(r, Vector256.Max(g, b));
        var min = Vector256.Min(r, Vector256.Min(g, b));
        var difference = max - min;
        var chroma = Vector256.ConvertToSingle(Vector256.Max(difference, Vector256<int>.One));

        var isRed = Vector256.Equals(r, max);
        var isGreen = Vector256.Equals(g, max);
        var origin = Vector256.AndNot(Vector256.ConditionalSelect(isGreen, Vector256.Create(2), Vector256.Create(4)), isRed);
        var above = Vector256.ConditionalSelect(isRed, Vector256.GreaterThanOrEqual(g, b),
            Vector256.ConditionalSelect(isGreen, Vector256.GreaterThanOrEqual(b, r), Vector256.GreaterThanOrEqual(r, g)));
        var distance = Vector256.ConvertToSingle(max + max + min - r - g - b) / chroma;
        // The sign of the distance: its top bit set where the middle channel is above.
        var signed = distance ^ (above & Vector256.Create(int.MinValue)).AsSingle();
        var sixths = Vector256.ConvertToSingle(origin + (Vector256.Create(-1) - above - above)) + signed;
        var turn = Vector256.Narrow(ToTurn(Vector256.WidenLower(sixths)), ToTurn(Vector256.WidenUpper(sixths)));
        var hue = (Truncate255(turn) + Vector256.Create(steps)) & Vector256.Create(255);
        // Without chroma the saturation is 0: where the maximum is 0, too, 0 / 1.
        var saturation = Truncate255(Vector256.ConvertToSingle(difference) / Vector256.ConvertToSingle(Vector256.Max(max, Vector256<int>.One)));

        var position = hue * 6;
        var scaled = max * saturation;
        PixelLanes.Store(Channel(max, scaled, position, 5), ref red);
        PixelLanes.Store(Channel(max, scaled, position, 3), ref green);
        PixelLanes.Store(Channel(max, scaled, position, 1), ref blue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToTurn(Vector256<double> sixths)
    {
        var turn = (sixths / Vector256.Create(6.0)) + Vector256<double>.One;
        return turn - (Vector256.GreaterThanOrEqual(turn, Vector256<double>.One) & Vector256<double>.One);
    }

    /// <summary>255 times values in 0 … 1, the product in double precision, truncated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Truncate255(Vector256<float> values)
    {
        var lower = Vector256.Floor(Vector256.WidenLower(values) * 255.0);
        var upper = Vector256.Floor(Vector256.WidenUpper(values) * 255.0);
        return Vector256.ConvertToInt32Native(Vector256.Narrow(lower, upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Channel(Vector256<int> max, Vector256<int> scaled, Vector256<int> position, int sextants)
    {
        var k = position + Vector256.Create(sextants * Sextant);
        k -= Vector256.GreaterThanOrEqual(k, Vector256.Create(Turn)) & Vector256.Create(Turn);
        var w = Vector256.Min(Vector256.Max(Vector256.Min(k, Vector256.Create(4 * Sextant) - k), Vector256<int>.Zero), Vector256.Create(255));
        var n = scaled * w;
        // A quotient that is off by one at most, put right by its remainder. Comparisons give −1 for true.
        var quotient = Vector256.ConvertToInt32Native(Vector256.ConvertToSingle(n) * (1f / Unit));
        var rest = n - (quotient * Unit);
        quotient += Vector256.LessThan(rest, Vector256<int>.Zero - Vector256.Create(Unit / 2));
        quotient -= Vector256.GreaterThan(rest, Vector256.Create(Unit / 2));
        return max - quotient;
    }
}
