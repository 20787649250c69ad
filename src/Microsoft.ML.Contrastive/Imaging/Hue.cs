using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Hue shift as torchvision has it on Pillow images: to 8-bit hue, saturation and value, steps of hue added modulo 256, and back. Planes in,
/// planes out.
/// </summary>
/// <remarks>
/// <para>There: where 255 times a quotient falls just below an integer decides a level, so Pillow's quotients are computed in its order. It scales them
/// in double precision; over all 2²⁴ colours single precision truncates to the same levels.</para>
/// <para>Back: hue h (0 … 255 for a turn) is 6h in units of a 255th of a sextant, and a channel is v − v·s·w, where w falls from 1 to 0 and rises again
/// with the distance of h from the channel's own hue. This is the usual case distinction between p, q and t, without its branches. The
/// denominator 255² is odd, so that rounding to the nearest knows no ties; the numerators are below 2²⁴, and over all of them single precision
/// gives the exact level.</para>
/// </remarks>
internal readonly ref struct Hue : ILaneKernel
{
    private const int Sextant = 255;
    private const float Unit = 255 * 255;

    private readonly ref byte _red;
    private readonly int _pixels;
    private readonly int _steps;

    private Hue(Span<byte> planes, int steps)
    {
        _red = ref MemoryMarshal.GetReference(planes);
        _pixels = planes.Length / 3;
        _steps = steps;
    }

    /// <summary>Adds a shift in turns, −0.5 … 0.5.</summary>
    public static void Shift(Span<byte> planes, float turns) => LaneLoop.Run(new Hue(planes, (int)(turns * 255.0)), planes.Length / 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void At<TInt, TFloat>(int i)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        ref byte red = ref Unsafe.Add(ref _red, i);
        ref byte green = ref Unsafe.Add(ref red, _pixels);
        ref byte blue = ref Unsafe.Add(ref green, _pixels);
        TInt r = TInt.Load(ref red), g = TInt.Load(ref green), b = TInt.Load(ref blue);
        TInt zero = TInt.Create(0), one = TInt.Create(1), full = TInt.Create(255);
        TInt larger = TInt.Max(r, g), smaller = TInt.Min(r, g);
        TInt max = TInt.Max(larger, b), min = TInt.Min(smaller, b), middle = TInt.Max(smaller, TInt.Min(larger, b)), chroma = max - min;

        // The channel of the maximum is at 0, 2 or 4 sixths. The hue lies on the side of the larger of the other two: above where `side` is not negative.
        TInt side = TInt.IfEqual(r, max, g - b, TInt.IfEqual(g, max, b - r, r - g));
        TFloat above = TInt.IfEqual(r, max, TFloat.Create(1), TInt.IfEqual(g, max, TFloat.Create(3), TFloat.Create(5)));
        TFloat distance = TInt.ToFloat(max - middle) / TInt.ToFloat(TInt.Max(chroma, one));
        TFloat sixths = TInt.IfAtLeast(side, zero, above - distance, (above - TFloat.Create(2)) + distance);
        TFloat turn = Sixth<TInt, TFloat>(sixths);
        turn = TFloat.IfAtLeast(turn, TFloat.Create(0), turn, turn + TFloat.Create(1));

        // The hue modulo 256: its last eight bits.
        TInt hue = ((TFloat.Truncate(turn * TFloat.Create(255)) + TInt.Create(_steps)) << 24) >>> 24;
        // Without chroma the saturation is 0: where the maximum is 0, too, 0 / 1.
        TInt saturation = TFloat.Truncate(TInt.ToFloat(chroma) / TInt.ToFloat(TInt.Max(max, one)) * TFloat.Create(255));

        TInt position = hue * TInt.Create(6);
        TFloat scaled = TInt.ToFloat(max * saturation);
        TInt w = TInt.Create(2 * Sextant) - TInt.Abs(position - TInt.Create(3 * Sextant));
        TInt.Store(max - Loss<TInt, TFloat>(scaled, w), ref red);
        w = TInt.Abs(position - TInt.Create(2 * Sextant)) - full;
        TInt.Store(max - Loss<TInt, TFloat>(scaled, w), ref green);
        w = TInt.Abs(position - TInt.Create(4 * Sextant)) - full;
        TInt.Store(max - Loss<TInt, TFloat>(scaled, w), ref blue);
    }

    /// <summary>
    /// A sixth, rounded as a division would round it, in less time: times 1/6, then corrected by what is left over, which has few enough bits to be exact. Equal
    /// to the division for every hue that there is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TFloat Sixth<TInt, TFloat>(TFloat value)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        TFloat sixth = TFloat.Create(1f / 6), quotient = value * sixth;
        TFloat rest = (value - (quotient * TFloat.Create(4))) - (quotient * TFloat.Create(2));
        return quotient + (rest * sixth);
    }

    /// <summary>How far a channel is below the maximum: max · saturation · w / 255², rounded, with w brought into 0 … 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInt Loss<TInt, TFloat>(TFloat scaled, TInt w)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        w = TInt.Min(TInt.Max(w, TInt.Create(0)), TInt.Create(Sextant));
        return TFloat.Truncate((scaled * TInt.ToFloat(w) * TFloat.Create(1 / Unit)) + TFloat.Create(0.5f));
    }
}
