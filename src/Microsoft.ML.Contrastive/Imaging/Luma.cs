using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>ITU-R 601 luma as Pillow computes it: (19595 R + 38470 G + 7471 B + 32768) >> 16.</summary>
internal static class Luma
{
    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 1 << 15, Shift = 16;

    /// <summary>Luma of the pixels in the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInt Of<TInt, TFloat>(TInt red, TInt green, TInt blue)
        where TInt : struct, IIntLanes<TInt, TFloat>
        where TFloat : struct, IFloatLanes<TFloat, TInt>
        => ((red * TInt.Create(Red)) + (green * TInt.Create(Green)) + (blue * TInt.Create(Blue)) + TInt.Create(Half)) >> Shift;

    /// <summary>Replaces all three planes by the luma.</summary>
    public static void Grayscale(Span<byte> planes) => LaneLoop.Run(new Replacement(planes), planes.Length / 3);

    /// <summary>Sum of the luma over an image.</summary>
    public static long Sum(ReadOnlySpan<byte> planes)
    {
        long total = 0;
        WidestLanes.Run(new Summation(planes, ref total));
        return total;
    }

    private readonly ref struct Replacement(Span<byte> planes) : ILaneKernel
    {
        private readonly ref byte _red = ref MemoryMarshal.GetReference(planes);
        private readonly int _pixels = planes.Length / 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<TInt, TFloat>(int i)
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            ref byte red = ref Unsafe.Add(ref _red, i);
            ref byte green = ref Unsafe.Add(ref red, _pixels);
            ref byte blue = ref Unsafe.Add(ref green, _pixels);
            TInt luma = Of<TInt, TFloat>(TInt.Load(ref red), TInt.Load(ref green), TInt.Load(ref blue));
            TInt.Store(luma, ref red);
            TInt.Store(luma, ref green);
            TInt.Store(luma, ref blue);
        }
    }

    private readonly ref struct Summation(ReadOnlySpan<byte> planes, ref long total) : ILaneWork
    {
        // A lane adds 255 at most for each pixel of a block; emptied in between, it cannot overflow, nor can the sum of the lanes.
        private const int Block = 1 << 20;

        private readonly ref byte _red = ref MemoryMarshal.GetReference(planes);
        private readonly int _pixels = planes.Length / 3;
        private readonly ref long _total = ref total;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TInt, TFloat>()
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            long total = 0;
            int i = 0;
            while (i <= _pixels - TInt.Count)
            {
                TInt sum = TInt.Create(0);
                for (int end = Math.Min(_pixels, i + Block); i <= end - TInt.Count; i += TInt.Count)
                    sum += At<TInt, TFloat>(i);
                total += TInt.Sum(sum);
            }
            for (; i < _pixels; i++)
                total += IntLanes1.Sum(At<IntLanes1, FloatLanes1>(i));
            _total = total;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TInt At<TInt, TFloat>(int i)
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            ref byte red = ref Unsafe.Add(ref _red, i);
            ref byte green = ref Unsafe.Add(ref red, _pixels);
            return Of<TInt, TFloat>(TInt.Load(ref red), TInt.Load(ref green), TInt.Load(ref Unsafe.Add(ref green, _pixels)));
        }
    }
}
