using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>A copy of networks' weights and statistics in memory: the best epoch's, where there is no workspace to keep them.</summary>
internal sealed class NetworkCopy : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>Takes the networks as they are now, in place of what was taken before.</summary>
    public void Take(IReadOnlyList<nn.Module> networks)
    {
        using var noGradients = no_grad();
        Dispose();
        foreach ((string name, Tensor tensor) in Tensors(networks))
            _tensors[name] = tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Gives the networks what was taken.</summary>
    public void Restore(IReadOnlyList<nn.Module> networks)
    {
        using var noGradients = no_grad();
        foreach ((string name, Tensor tensor) in Tensors(networks))
            tensor.copy_(_tensors[name]);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(IReadOnlyList<nn.Module> networks) =>
        networks.SelectMany((network, index) => network.state_dict().Select(entry => ($"{index}.{entry.Key}", entry.Value)));
}
