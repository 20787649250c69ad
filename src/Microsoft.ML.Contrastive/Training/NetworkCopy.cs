using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>A copy of a network's weights and statistics in memory: the best epoch's, where there is no workspace to keep them.</summary>
internal sealed class NetworkCopy : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>Takes the network as it is now, in place of what was taken before.</summary>
    public void Take(nn.Module network)
    {
        using var noGradients = no_grad();
        Dispose();
        foreach ((string name, Tensor tensor) in network.state_dict())
            _tensors[name] = tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Gives the network what was taken.</summary>
    public void Restore(nn.Module network)
    {
        using var noGradients = no_grad();
        foreach ((string name, Tensor tensor) in network.state_dict())
            tensor.copy_(_tensors[name]);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }
}
