using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>One tensor of a file, as the file describes it.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Shape">Sizes of the dimensions; none for a scalar.</param>
internal abstract record TensorEntry(string Name, long[] Shape)
{
    /// <summary>Type of the elements; <see langword="null"/> for one that TorchSharp does not have.</summary>
    public abstract ScalarType? Scalar { get; }
}
