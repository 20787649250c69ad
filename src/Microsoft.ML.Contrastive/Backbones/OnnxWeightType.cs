// Types of the standard, by the standard's names.
#pragma warning disable CA1720

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// How an exported model stores the weights of its convolutions and linear layers. The model computes with 32-bit floats in any case: ONNX Runtime runs it on
/// every processor. Biases, norms, tokens, position embeddings and classifiers, some percent of the whole, stay 32-bit floats.
/// </summary>
public enum OnnxWeightType
{
    /// <summary>32-bit floats, as in memory.</summary>
    Float32,

    /// <summary>16-bit floats: half the file. ONNX Runtime widens them once, when it loads the model, which then runs as fast as one of 32-bit floats.</summary>
    Float16,

    /// <summary>8-bit integers with a scale for each output channel, symmetric around zero: a quarter of the file.</summary>
    Int8,
}
