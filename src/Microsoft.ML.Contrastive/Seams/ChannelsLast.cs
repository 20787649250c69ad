using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// Lays the weights of convolutions in memory as [output, row, column, input] and back; their shape stays. TorchSharp 0.107 has no argument for memory
/// formats. A convolution whose weights lie so computes so, whatever its input, and what follows keeps its input's order.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>Before an optimiser or a momentum copy lays out the parameters: they keep the order that they find.</summary>
    public static void Apply(nn.Module network) => Lay(network, weight => weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));

    /// <summary>torch's own order again.</summary>
    public static void Undo(nn.Module network) => Lay(network, weight => weight.contiguous());

    private static void Lay(nn.Module network, Func<Tensor, Tensor> order)
    {
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (Tensor weight in network.parameters().Where(parameter => parameter.dim() == 4))
            weight.set_(order(weight));
    }
}
