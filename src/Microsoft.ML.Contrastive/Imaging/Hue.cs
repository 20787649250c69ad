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
    private readonly float _steps;

    private Hue(Span<byte> planes, int steps)
    {
        _red = ref MemoryMarshal.GetReference(planes);
        _pixels = planes.Length / 3;
        _steps = steps & 255;
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
        TFloat r = TInt.ToFloat(TInt.Load(ref red)), g = TInt.ToFloat(TInt.Load(ref green)), b = TInt.ToFloat(TInt.Load(ref blue));
        TFloat zero = TFloat.Create(0), one = TFloat.Create(1);
        TFloat larger = TFloat.Max(r, g), smaller = TFloat.Min(r, g);
        TFloat max = TFloat.Max(larger, b), min = TFloat.Min(smaller, b), middle = TFloat.Max(smaller, TFloat.Min(larger, b));
        TFloat chroma = max - min;

        // With the channel of the maximum as origin (0, 2, 4), the hue lies on the side of the larger of the other two: above where `side` is not negative.
        TFloat side = TFloat.IfEqual(r, max, g - b, TFloat.IfEqual(g, max, b - r, r - g));
        TFloat origin = TFloat.IfEqual(r, max, zero, TFloat.IfEqual(g, max, TFloat.Create(2), TFloat.Create(4)));
        TFloat distance = (max - middle) / TFloat.Max(chroma, one);
        TFloat sixths = TFloat.IfAtLeast(side, zero, (origin + one) - distance, (origin - one) + distance);
        TFloat turn = sixths / TFloat.Create(6);
        turn = TFloat.IfAtLeast(turn, zero, turn, turn + one);

        TFloat full = TFloat.Create(255);
        TFloat hue = TFloat.Whole(turn * full) + TFloat.Create(_steps);
        hue = TFloat.IfAtLeast(hue, TFloat.Create(256), hue - TFloat.Create(256), hue);
        // Without chroma the saturation is 0: where the maximum is 0, too, 0 / 1.
        TFloat saturation = TFloat.Whole(chroma / TFloat.Max(max, one) * full);

        TFloat position = hue * TFloat.Create(6), scaled = max * saturation;
        TInt value = TFloat.Truncate(max);
        TFloat w = TFloat.Create(2 * Sextant) - TFloat.Abs(position - TFloat.Create(3 * Sextant));
        TInt.Store(value - Loss<TInt, TFloat>(scaled, w), ref red);
        w = TFloat.Abs(position - TFloat.Create(2 * Sextant)) - full;
        TInt.Store(value - Loss<TInt, TFloat>(scaled, w), ref green);
        w = TFloat.Abs(position - TFloat.Create(4 * Sextant)) - full;
        TInt.Store(value - Loss<TInt, TFloat>(scaled, w), ref blue);
    }

    /// <summary>How far a channel is below the maximum: max · saturation · w / 255², rounded, with w brought into 0 … 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInt Loss<TInt, TFloat>(TFloat scaled, TFloat w)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        w = TFloat.Min(TFloat.Max(w, TFloat.Create(0)), TFloat.Create(Sextant));
        return TFloat.Truncate((scaled * w * TFloat.Create(1 / Unit)) + TFloat.Create(0.5f));
    }
}
