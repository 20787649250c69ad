namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A network that turns pixels into features, whatever runs it. Several threads may encode at once.</summary>
internal interface IImageEncoder
{
    /// <summary>Number of features D.</summary>
    int FeatureDimension { get; }

    /// <summary>Encodes a batch.</summary>
    /// <param name="pixels">Rows × 3 × H × W values 0 … 255, red, green, blue.</param>
    /// <param name="rows">Number of images.</param>
    /// <param name="features">Receives rows × D values.</param>
    void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features);
}
