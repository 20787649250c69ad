using Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Seams;

internal static class CallsBack
{
    public static AsField Draw() => new();
}
