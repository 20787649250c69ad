using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>The pass of a resize down the columns of a plane: lanes are columns.</summary>
internal readonly ref struct VerticalResize(ReadOnlySpan<byte> source, Span<byte> target, ResampleWeights weights, int width, int height) : ILaneWork
{
    private readonly ref byte _source = ref MemoryMarshal.GetReference(source);
    private readonly ref byte _target = ref MemoryMarshal.GetReference(target);
    private readonly ReadOnlySpan<int> _starts = weights.Starts;
    private readonly ref int _weights = ref MemoryMarshal.GetReference(weights.All);
    private readonly int _taps = weights.Taps, _width = width, _height = height;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TInt, TFloat>()
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        ref int weight = ref _weights;
        for (int o = 0; o < _height; o++)
        {
            ref byte top = ref Unsafe.Add(ref _source, _starts[o] * _width);
            ref byte row = ref Unsafe.Add(ref _target, o * _width);
            int x = 0;
            for (; x <= _width - TInt.Count; x += TInt.Count)
                Column<TInt, TFloat>(ref Unsafe.Add(ref top, x), ref weight, ref Unsafe.Add(ref row, x));
            if (x < _width && _width >= TInt.Count)
            {
                // The last columns are taken together with some of those before them.
                x = _width - TInt.Count;
                Column<TInt, TFloat>(ref Unsafe.Add(ref top, x), ref weight, ref Unsafe.Add(ref row, x));
                x = _width;
            }
            for (; x < _width; x++)
                Column<IntLanes1, FloatLanes1>(ref Unsafe.Add(ref top, x), ref weight, ref Unsafe.Add(ref row, x));
            weight = ref Unsafe.Add(ref weight, _taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Column<TInt, TFloat>(ref byte pixel, ref int weights, ref byte target)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        TInt sum = TInt.Create(ResampleWeights.Half);
        for (int k = 0; k < _taps; k++)
        {
            sum += TInt.Load(ref pixel) * TInt.Create(Unsafe.Add(ref weights, k));
            pixel = ref Unsafe.Add(ref pixel, _width);
        }
        TInt.StoreClamped(sum >> ResampleWeights.FractionBits, ref target);
    }
}
