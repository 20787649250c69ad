using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Blends the pixels of three planes with their luma, in place: luma + factor · (value − luma).</summary>
internal readonly ref struct LumaBlend(Span<byte> planes, float factor) : ILaneKernel
{
    private readonly ref byte _red = ref MemoryMarshal.GetReference(planes);
    private readonly int _pixels = planes.Length / 3;
    private readonly float _factor = factor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void At<TInt, TFloat>(int i)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        ref byte red = ref Unsafe.Add(ref _red, i);
        ref byte green = ref Unsafe.Add(ref red, _pixels);
        ref byte blue = ref Unsafe.Add(ref green, _pixels);
        TInt r = TInt.Load(ref red), g = TInt.Load(ref green), b = TInt.Load(ref blue);
        TFloat luma = TInt.ToFloat(Luma.Of<TInt, TFloat>(r, g, b)), factor = TFloat.Create(_factor);
        TInt.Store(Blended<TInt, TFloat>(r, luma, factor), ref red);
        TInt.Store(Blended<TInt, TFloat>(g, luma, factor), ref green);
        TInt.Store(Blended<TInt, TFloat>(b, luma, factor), ref blue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInt Blended<TInt, TFloat>(TInt value, TFloat luma, TFloat factor)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        TFloat blended = luma + ((TInt.ToFloat(value) - luma) * factor);
        return TFloat.Truncate(TFloat.Min(TFloat.Max(blended, TFloat.Create(0)), TFloat.Create(255)));
    }
}
