using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>
/// A checkpoint: a folder with all tensors of a training, by name (<c>state.safetensors</c>), and the rest
/// (<c>state.json</c>).
/// </summary>
internal static class Checkpoint
{
    private const string TensorsFile = "state.safetensors";

    /// <summary>Everything but the tensors.</summary>
    public const string StateFile = "state.json";

    /// <summary>Writes into a folder that exists, down to the disk.</summary>
    public static void Write(string folder, TrainingState training, CheckpointState state)
    {
        using DisposeScope scope = NewDisposeScope();
        using (FileStream tensors = File.Create(Path.Combine(folder, TensorsFile)))
        {
            SafetensorsWriter.Write(tensors, training.Tensors);
            tensors.Flush(flushToDisk: true);
        }

        using FileStream rest = File.Create(Path.Combine(folder, StateFile));
        rest.Write(state.ToJson());
        rest.Flush(flushToDisk: true);
    }

    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static CheckpointState ReadState(string folder) => CheckpointState.Read(Existing(folder, StateFile));

    /// <summary>Copies the saved tensors into those of a training.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another network or optimiser. Nothing was copied then.</exception>
    public static void Restore(string folder, TrainingState training) => Restore(folder, training.Tensors, all: true);

    /// <summary>Copies the saved tensors of a network into it, without those of its optimiser.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another network. Nothing was copied then.</exception>
    public static void Restore(string folder, TrainingModule network) => Restore(folder, [.. TrainingState.TensorsOf(network)], all: false);

    private static void Restore(string folder, List<(string Name, Tensor Tensor)> tensors, bool all)
    {
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Existing(folder, TensorsFile));
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!file.Entries.TryGetValue(name, out SafetensorsEntry? entry))
                throw new InvalidDataException($"The checkpoint '{folder}' has no tensor '{name}': it is of another network or optimiser.");
            if (!entry.Shape.SequenceEqual(tensor.shape) || SafetensorsType.ToScalar(entry.Type) != tensor.dtype)
                throw new InvalidDataException(
                    $"In the checkpoint '{folder}' the tensor '{name}' is {entry.Type} [{string.Join(", ", entry.Shape)}]; expected is {tensor.dtype} "
                        + $"[{string.Join(", ", tensor.shape)}].");
        }

        if (all && file.Entries.Count != tensors.Count)
            throw new InvalidDataException(
                $"The checkpoint '{folder}' has tensors that the network and its optimiser do not: "
                    + $"{string.Join(", ", file.Entries.Keys.Except(tensors.Select(t => t.Name)).Order(StringComparer.Ordinal).Take(5))}.");
        foreach ((string name, Tensor tensor) in tensors)
        {
            // In place: parameters are views of flat buffers and must stay so.
            using Tensor saved = file.Read(name);
            tensor.copy_(saved);
        }
    }

    private static string Existing(string folder, string name) => Path.Combine(folder, name) is var path && File.Exists(path)
        ? path
        : throw new InvalidDataException($"The checkpoint is damaged: '{path}' is missing.");
}
