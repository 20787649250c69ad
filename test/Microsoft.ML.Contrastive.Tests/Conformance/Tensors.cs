using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>From golden arrays to tensors and back.</summary>
internal static class Tensors
{
    public static Tensor ToTensor(this NpyArray array) => tensor(array.Floats()).reshape([.. array.Shape.Select(length => (long)length)]);

    /// <summary>An input of which the gradient is wanted.</summary>
    public static Tensor ToLeaf(this NpyArray array) => array.ToTensor().requires_grad_();

    public static float[] ToFloats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    public static double ToNumber(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().item<double>();
    }
}
