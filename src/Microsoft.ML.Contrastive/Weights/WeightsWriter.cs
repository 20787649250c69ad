using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>Writes a network's weights and statistics under the names of other code.</summary>
internal static class WeightsWriter
{
    /// <summary>Those whose code loads weights that are under these names alone, without the rest of a training.</summary>
    private static readonly WeightFormat[] Writable = [WeightFormat.Torchvision, WeightFormat.Timm, WeightFormat.Detectron2C4, WeightFormat.Detectron2Fpn];

    private static readonly (string Extension, Action<Stream, IReadOnlyList<(string, Tensor)>> Write)[] Files =
        [(".safetensors", SafetensorsWriter.Write), (".pth", PyTorchWriter.Write), (".pt", PyTorchWriter.Write)];

    /// <summary>Writes under a temporary name first, so that a file which bears its name is whole.</summary>
    /// <param name="path">Where the file goes; its extension decides what it is.</param>
    /// <param name="network">The network.</param>
    /// <param name="format">The names; <see langword="null"/> for torchvision's or, of a vision transformer, timm's.</param>
    /// <exception cref="ArgumentException">The extension is none of those known.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is not for such a network.</exception>
    public static void Write(string path, BackboneModule network, WeightFormat? format)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Action<Stream, IReadOnlyList<(string, Tensor)>> write = Array.Find(Files, f => path.EndsWith(f.Extension, StringComparison.OrdinalIgnoreCase)).Write
            ?? throw new ArgumentException($"The path is '{path}'; its extension says what is written and must be one of {string.Join(", ", Files.Select(f => f.Extension))}.", nameof(path));
        KeyNaming[] allowed = [.. KeyNaming.All.Where(n => Writable.Contains(n.Format) && n.Suits(network))];
        KeyNaming naming = (format is null ? allowed[0] : Array.Find(allowed, n => n.Format == format))
            ?? throw new ArgumentOutOfRangeException(
                nameof(format), format, $"The format is {format}; a {network.Description?.Name} can be written as {string.Join(", ", allowed.Select(n => n.Format))}.");
        using DisposeScope scope = NewDisposeScope();
        List<(string, Tensor)> tensors = [.. network.state_dict().Select(t => (naming.Prefixes[0] + naming.NameOf(t.Key), t.Value))];
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream stream = File.Create(temporary))
                write(stream, tensors);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
