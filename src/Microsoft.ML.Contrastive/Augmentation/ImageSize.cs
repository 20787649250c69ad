namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Width and height of an image in pixels.</summary>
/// <param name="Width">Number of columns, at least 1.</param>
/// <param name="Height">Number of rows, at least 1.</param>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Number of pixels.</summary>
    public long Area => (long)Width * Height;

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";
}
