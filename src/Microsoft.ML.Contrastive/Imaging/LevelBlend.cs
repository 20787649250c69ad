using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Blends values with one level, in place: level + factor · (value − level).</summary>
internal readonly ref struct LevelBlend(Span<byte> values, float level, float factor) : ILaneKernel
{
    private readonly ref byte _values = ref MemoryMarshal.GetReference(values);
    private readonly float _level = level, _factor = factor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void At<TInt, TFloat>(int i)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
    {
        ref byte value = ref Unsafe.Add(ref _values, i);
        TFloat level = TFloat.Create(_level);
        TFloat blended = level + ((TInt.ToFloat(TInt.Load(ref value)) - level) * TFloat.Create(_factor));
        TInt.Store(TFloat.Truncate(TFloat.Min(TFloat.Max(blended, TFloat.Create(0)), TFloat.Create(255))), ref value);
    }
}
