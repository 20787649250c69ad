using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>A copy of an encoder's weights and statistics in memory: the best epoch's, where there is no workspace to keep them.</summary>
internal sealed class EncoderCopy : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>Takes the encoder as it is now, in place of what was taken before.</summary>
    public void Take(BackboneModule encoder)
    {
        using var noGradients = no_grad();
        Dispose();
        foreach ((string name, Tensor tensor) in encoder.state_dict())
            _tensors[name] = tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Gives the encoder what was taken.</summary>
    public void Restore(BackboneModule encoder)
    {
        using var noGradients = no_grad();
        foreach ((string name, Tensor tensor) in encoder.state_dict())
            tensor.copy_(_tensors[name]);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }
}
