using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>All that a step of training changes.</summary>
/// <param name="Method">The network.</param>
/// <param name="Optimizer">Its optimiser.</param>
/// <param name="Probe">The classifier beside it, if any.</param>
internal sealed record TrainingState(TrainingModule Method, OptimizerState Optimizer, OnlineProbeState? Probe = null)
{
    /// <summary>The parts of the network that are handed out at the end.</summary>
    public IReadOnlyList<nn.Module> Results { get; init; } = [Method.Result];

    /// <summary>Every tensor of it by name: to restore, copy into these.</summary>
    public List<(string Name, Tensor Tensor)> Tensors =>
    [
        .. TensorsOf(Method),
        .. Optimizer.State.Select(s => ($"optimizer.{s.Name}", s.Tensor)),
        .. (Probe?.State ?? []).Select(s => ($"probe.{s.Name}", s.Tensor)),
    ];

    /// <summary>Those of the network.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> TensorsOf(TrainingModule network) =>
    [
        .. network.named_parameters().Select(p => ($"method.{p.name}", (Tensor)p.parameter)),
        .. network.named_buffers().Select(b => ($"method.{b.name}", b.buffer)),
    ];
}
