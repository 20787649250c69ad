using Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Imaging;

#pragma warning disable CA1812, CA1852, CA1823, CA1802, CS0169, IDE0044, IDE0051 // Read by Mono.Cecil, never run.

namespace Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Augmentation;

internal sealed class AsBase : Pixels;

internal sealed class AsInterface : IPixels;

internal sealed class AsField
{
    private Pixels? _pixels;
}

internal sealed class AsTypeArgument
{
    private List<Dictionary<int, Pixels[]>>? _pixels;
}

internal abstract class AsParameter
{
    public abstract void Draw(ref Pixels pixels);
}

internal abstract class AsConstraint
{
    public abstract void Draw<T>()
        where T : IPixels;
}

[Pixels]
internal sealed class AsAttribute;

internal static class InBody
{
    public static object Draw() => new Pixels();
}

internal static class InLambda
{
    public static Func<object, bool> Draw() => value => value is Pixels;
}

internal static class InIterator
{
    public static IEnumerable<string> Draw()
    {
        yield return typeof(Pixels).Name;
    }
}

internal sealed class AsTensor
{
    private TorchSharp.torch.Tensor? _tensor;
}
