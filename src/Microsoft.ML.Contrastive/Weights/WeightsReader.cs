using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>Reads a network's weights and statistics out of a file, whatever names it has for them.</summary>
internal static class WeightsReader
{
    /// <summary>Old files lack it, detectron2 drops it, and it plays no part in evaluation.</summary>
    private const string BatchCounter = ".num_batches_tracked";

    private const int NamedKeys = 5;

    /// <summary>What a folder of a checkpoint has for a file of weights.</summary>
    private const string CheckpointFile = "state.safetensors";

    /// <summary>Copies the values of a file into a network. Where this throws, the network may be left between two states.</summary>
    /// <param name="path">A safetensors file, a PyTorch file, or the folder of a checkpoint of this library.</param>
    /// <param name="network">The network; on any device.</param>
    /// <param name="format">How the file names its tensors; <see langword="null"/> to find out.</param>
    /// <param name="allowPartial">Whether tensors may be missing, left over or of another shape.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or of a kind that cannot be read, has nothing for the network, or not all and nothing else while <paramref name="allowPartial"/> is false.
    /// </exception>
    public static WeightsReport Read(string path, BackboneModule network, WeightFormat? format, bool allowPartial)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, CheckpointFile) : path;
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using TensorFile source = TensorFile.Open(file);
        Dictionary<string, TensorEntry> entries = source.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        Dictionary<string, Tensor> tensors = network.state_dict();
        Dictionary<string, string> names = Recognize(file, network, entries, format, out KeyNaming naming, out string prefix);
        WeightsReport report = Compare(tensors, names, entries, naming, prefix);
        if (!allowPartial && !report.IsComplete)
            throw new InvalidDataException(
                $"The weights in '{file}' are not those of a {network.Description?.Name}. {report}. Choose the backbone that they were trained in, or allow a partial load "
                    + $"(AllowPartial = true).{Hint(report)}");
        if (report.Matched.Count == 0)
            throw new InvalidDataException($"No tensor in '{file}' has the shape that a {network.Description?.Name} needs. {report}.");
        foreach (string name in report.Matched)
        {
            TensorEntry entry = entries[names[name]];
            if (entry.Scalar is not { } scalar || is_floating_point(scalar) != is_floating_point(tensors[name].dtype))
                throw new InvalidDataException(
                    $"The tensor '{entry.Name}' in '{file}' holds {entry.Scalar?.ToString() ?? "numbers of a type that torch does not have"}; the network needs "
                        + $"{tensors[name].dtype}. Quantised weights cannot be read.");
            using Tensor values = source.Read(entry.Name);
            tensors[name].copy_(values);
        }

        return report;
    }

    /// <summary>The naming and the prefix under which the file has most of the network's tensors.</summary>
    /// <returns>The file's name for each of the network's tensors.</returns>
    private static Dictionary<string, string> Recognize(
        string path, BackboneModule network, Dictionary<string, TensorEntry> entries, WeightFormat? format, out KeyNaming naming, out string prefix)
    {
        string[] tensors = [.. network.state_dict().Keys];
        (naming, prefix) = (KeyNaming.All[0], "");
        (Dictionary<string, string> best, int most) = ([], 0);
        foreach (KeyNaming candidate in KeyNaming.All.Where(n => n.Suits(network) && (format is null || n.Format == format)))
        {
            (string Tensor, string Name)[] behind = [.. tensors.Select(t => (t, candidate.NameOf(t)))];
            foreach (string start in candidate.FullPrefixes)
            {
                int found = behind.Count(b => entries.ContainsKey(start + b.Name));
                if (found <= most)
                    continue;
                (most, naming, prefix) = (found, candidate, start);
                best = behind.ToDictionary(b => b.Tensor, b => start + b.Name);
            }
        }

        if (most > 0)
            return best;
        string tried = string.Join(", ", format is { } only ? [only] : KeyNaming.All.Where(n => n.Suits(network)).Select(n => n.Format).Distinct());
        throw new InvalidDataException(
            $"Nothing in '{path}' is named like a {network.Description?.Name}. Tried {tried}. The file has {entries.Count} "
                + $"tensors{(entries.Count > 0 ? $", the first of which are {string.Join(", ", entries.Keys.Take(NamedKeys))}" : "")}.");
    }

    private static WeightsReport Compare(Dictionary<string, Tensor> tensors, Dictionary<string, string> names, Dictionary<string, TensorEntry> entries, KeyNaming naming, string prefix)
    {
        var matched = new List<string>();
        var missing = new List<string>();
        var wronglyShaped = new List<WronglyShapedWeight>();
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!entries.TryGetValue(names[name], out TensorEntry? entry))
            {
                if (!name.EndsWith(BatchCounter, StringComparison.Ordinal))
                    missing.Add(name);
            }
            else if (!entry.Shape.SequenceEqual(tensor.shape))
            {
                wronglyShaped.Add(new WronglyShapedWeight(name, tensor.shape, entry.Shape));
            }
            else
            {
                matched.Add(name);
            }
        }

        HashSet<string> expected = [.. names.Values];
        return new WeightsReport(
            naming.Format, prefix, matched, missing,
            [.. entries.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && !expected.Contains(k) && !naming.Ignores(k[prefix.Length..]))], wronglyShaped);
    }

    /// <summary>What is wrong most often, and what to do.</summary>
    private static string Hint(WeightsReport report)
    {
        if (report.WronglyShaped.FirstOrDefault(w => w.Name == "pos_embed") is { Expected: [_, _, var dimension], Found: [_, var tokens, var found] } && dimension == found)
            return $" Position embeddings are for images of one size: this one is for {Math.Sqrt(tokens - 1):0} patches a side; build the vision transformer with that imageSize.";
        return report.WronglyShaped.Any(w => w.Name == "conv1.weight")
            ? " The first convolution differs: mind the stem (Stem.ImageNet is 7×7, Stem.Cifar and Stem.Compact are 3×3) and the width."
            : "";
    }
}
