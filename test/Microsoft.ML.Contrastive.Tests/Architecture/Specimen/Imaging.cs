using Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Imaging;

internal interface IPixels;

internal class Pixels : IPixels;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class PixelsAttribute : Attribute;

internal sealed class Innocent(AsField recipe)
{
    public AsField Recipe { get; } = recipe;
}
