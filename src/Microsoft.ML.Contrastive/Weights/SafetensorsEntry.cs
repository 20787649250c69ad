using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Type">Element type in the words of the format: F32, I64, …</param>
/// <param name="Shape">Sizes of the dimensions; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End)
    : TensorEntry(Name, Shape)
{
    /// <inheritdoc/>
    public override ScalarType? Scalar => SafetensorsType.ToScalar(Type);
}
