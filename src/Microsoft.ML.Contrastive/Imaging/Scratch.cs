namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Buffers that a worker keeps from one view to the next.</summary>
internal static class Scratch
{
    /// <summary>The first <paramref name="length"/> elements of a buffer, which is replaced by a larger one where it is too short.</summary>
    public static Span<T> Of<T>(ref T[] buffer, long length)
    {
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<T>(checked((int)length));
        return buffer.AsSpan(0, (int)length);
    }
}
