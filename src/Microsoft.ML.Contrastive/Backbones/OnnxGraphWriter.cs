using Onnx;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Collects the nodes and weights of an ONNX graph (opset 17). The graph writers beside the backbones speak through it.</summary>
internal sealed class OnnxGraphWriter
{
    /// <summary>Version of the standard operator set that the graphs are written for.</summary>
    public const int Opset = 17;

    public GraphProto Graph { get; } = new();
}
