using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Imaging.Lanes;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>From the planes that operations work on to what leaves the renderer.</summary>
internal static class PlanarPixels
{
    /// <summary>Planes to packed pixels.</summary>
    public static void Pack(ReadOnlySpan<byte> planes, Span<byte> rgb)
    {
        int n = planes.Length / 3;
        var red = planes[..n];
        var green = planes.Slice(n, n);
        var blue = planes.Slice(2 * n, n);
        for (int i = 0, p = 0; i < n; i++, p += 3)
        {
            rgb[p] = red[i];
            rgb[p + 1] = green[i];
            rgb[p + 2] = blue[i];
        }
    }

    /// <summary>Packed pixels to planes.</summary>
    public static void Unpack(ReadOnlySpan<byte> rgb, Span<byte> planes)
    {
        int n = planes.Length / 3;
        for (int i = 0, p = 0; i < n; i++, p += 3)
        {
            planes[i] = rgb[p];
            planes[n + i] = rgb[p + 1];
            planes[(2 * n) + i] = rgb[p + 2];
        }
    }

    /// <summary>Planes of bytes to planes of normalised values.</summary>
    public static void Normalize(ReadOnlySpan<byte> planes, PixelNormalization normalization, Span<float> chw)
    {
        int n = planes.Length / 3;
        var (mean, std) = normalization;
        Normalize(planes[..n], mean.R, std.R, chw[..n]);
        Normalize(planes.Slice(n, n), mean.G, std.G, chw.Slice(n, n));
        Normalize(planes.Slice(2 * n, n), mean.B, std.B, chw.Slice(2 * n, n));
    }

    private static void Normalize(ReadOnlySpan<byte> values, float mean, float std, Span<float> result)
        => LaneLoop.Run(new Normalization(values, (float)(1 / (255.0 * std)), (float)(-(double)mean / std), result), values.Length);

    private readonly ref struct Normalization(ReadOnlySpan<byte> values, float scale, float offset, Span<float> result) : ILaneKernel
    {
        private readonly ref byte _values = ref MemoryMarshal.GetReference(values);
        private readonly ref float _result = ref MemoryMarshal.GetReference(result);
        private readonly float _scale = scale, _offset = offset;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<TInt, TFloat>(int i)
            where TInt : struct, IIntLanes<TInt, TFloat>
            where TFloat : struct, IFloatLanes<TFloat, TInt>
        {
            TFloat scaled = TInt.ToFloat(TInt.Load(ref Unsafe.Add(ref _values, i))) * TFloat.Create(_scale);
            TFloat.Store(scaled + TFloat.Create(_offset), ref Unsafe.Add(ref _result, i));
        }
    }
}
