using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The head between an encoder and its method's loss: features [B, D] to projections [B, d]. Training's alone, unless somebody wants to keep it.</summary>
/// <param name="Layers">Linear layers, batch norms and activations, one after the other.</param>
/// <param name="UnitLength">Whether projections are brought to unit length (DINO's bottleneck).</param>
internal sealed record ProjectionHead(nn.Module<Tensor, Tensor> Layers, bool UnitLength = false) : IDisposable
{
    /// <summary>Width of the projections, d.</summary>
    public int Dimension => (int)Chain.OfType<Linear>().Last().weight.shape[0];

    /// <summary>All its tensors.</summary>
    public IEnumerable<Tensor> Tensors => Layers.parameters().Concat(Layers.buffers());

    private nn.Module<Tensor, Tensor>[] Chain => Layers is Sequential sequential ? [.. sequential.children().Cast<nn.Module<Tensor, Tensor>>()] : [Layers];

    /// <summary>The projections of features, in whatever mode the layers are.</summary>
    public Tensor Project(Tensor features)
    {
        Tensor projections = Layers.call(features);
        return UnitLength ? Cosine.Normalize(projections) : projections;
    }

    /// <summary>Writes the head as ONNX nodes, in evaluation mode.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="features">Name of the value that holds the features [B, D].</param>
    /// <returns>Name of the value that holds the projections [B, d].</returns>
    public string WriteOnnx(OnnxGraphWriter graph, string features)
    {
        string x = features;
        nn.Module<Tensor, Tensor>[] chain = Chain;
        for (int i = 0; i < chain.Length; i++)
        {
            switch (chain[i])
            {
                case Linear linear when i + 1 < chain.Length && chain[i + 1] is BatchNorm1d batchNorm:
                    x = graph.LinearAndBatchNorm($"projector.{i}", x, linear, $"projector.{i + 1}", batchNorm);
                    i++;
                    break;
                case Linear linear:
                    x = graph.Linear($"projector.{i}", x, linear);
                    break;
                case ReLU:
                    x = graph.Relu(x);
                    break;
                case GELU:
                    x = graph.Gelu(x);
                    break;
                default:
                    throw new NotSupportedException($"A projection head with a layer {chain[i].GetName()} cannot be written as ONNX: add the layer to {nameof(ProjectionHead)}.");
            }
        }

        return UnitLength ? graph.UnitLength(x, (float)Cosine.Epsilon) : x;
    }

    public void Dispose() => Layers.Dispose();
}
