using Microsoft.ML.Contrastive;

namespace Microsoft.ML;

/// <summary>The entry point of self-supervised learning in ML.NET.</summary>
public static class ContrastiveExtensions
{
    /// <summary>Self-supervised learning on images: data, presets and trainers.</summary>
    /// <param name="mlContext">The context.</param>
    /// <remarks>A method, not a property: a property of the same name beside it would be ambiguous, and callers on older C# could not use it.</remarks>
    public static ContrastiveCatalog Contrastive(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new ContrastiveCatalog(mlContext);
    }
}
