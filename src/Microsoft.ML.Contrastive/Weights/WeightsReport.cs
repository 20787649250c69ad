namespace Microsoft.ML.Contrastive.Weights;

/// <summary>What came of loading weights: which tensors of the network the file had, and which of the file's found no place.</summary>
/// <param name="Format">The format that was recognised, or asked for.</param>
/// <param name="Prefix">What stands before the names in the file, e.g. <c>state_dict.module.encoder_q.</c>; may be empty.</param>
/// <param name="Matched">The network's tensors that were read, under the network's names.</param>
/// <param name="Missing">
/// The network's tensors that the file does not have: they keep fresh weights. Counters of batches (<c>num_batches_tracked</c>), which old files lack, are not among
/// them.
/// </param>
/// <param name="Unexpected">
/// Tensors behind <paramref name="Prefix"/> that the network does not have, under the file's names; classifiers and projectors (<c>fc</c>, <c>head</c>) are not among
/// them.
/// </param>
/// <param name="WronglyShaped">The network's tensors that the file has in another shape: they keep fresh weights.</param>
public sealed record WeightsReport(
    WeightFormat Format,
    string Prefix,
    IReadOnlyList<string> Matched,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<WronglyShapedWeight> WronglyShaped)
{
    private const int Named = 5;

    /// <summary>Whether every tensor found its place: the network is the file's.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + WronglyShaped.Count == 0;

    /// <summary>The numbers, and the first names of each list that should be empty.</summary>
    public override string ToString() =>
        $"{Format} names{(Prefix.Length > 0 ? $" behind '{Prefix}'" : "")}: {Matched.Count} matched{Text("missing", Missing)}{Text("unexpected", Unexpected)}{Text("wrongly shaped", WronglyShaped)}";

    private static string Text<T>(string what, IReadOnlyList<T> items) =>
        items.Count == 0 ? "" : $", {items.Count} {what} ({string.Join(", ", items.Take(Named))}{(items.Count > Named ? ", …" : "")})";
}

/// <summary>A tensor that a file has in another shape than the network.</summary>
/// <param name="Name">The network's name for it.</param>
/// <param name="Expected">The network's shape.</param>
/// <param name="Found">The file's shape.</param>
public sealed record WronglyShapedWeight(string Name, IReadOnlyList<long> Expected, IReadOnlyList<long> Found)
{
    /// <summary>Name and shapes.</summary>
    public override string ToString() => $"{Name}: [{string.Join(", ", Found)}] instead of [{string.Join(", ", Expected)}]";
}
