namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What an encoder's network can give in place of its features.</summary>
/// <param name="dimension">Values a row.</param>
/// <param name="compute">Pixels, rows × 3 × H × W values 0 … 255, and their number of rows to rows × <paramref name="dimension"/> values.</param>
internal sealed class EncoderOutput(int dimension, Func<ReadOnlySpan<float>, int, float[]> compute) : IImageEncoder
{
    /// <inheritdoc/>
    public int FeatureDimension => dimension;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features) => compute(pixels, rows).CopyTo(features);
}
