namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>A dictionary in a pickle. Entries are in the order of the file; a key may occur twice, and keys may be of any kind.</summary>
internal sealed class PickleDictionary
{
    private List<(object? Key, object? Value)>? _entries;

    public IReadOnlyList<(object? Key, object? Value)> Entries => _entries ?? [];

    public void Add(object? key, object? value) => (_entries ??= []).Add((key, value));
}

/// <summary>A list or a set in a pickle.</summary>
internal sealed class PickleList
{
    private List<object?>? _items;

    public IReadOnlyList<object?> Items => _items ?? [];

    public void Add(object? item) => (_items ??= []).Add(item);
}

/// <summary>A class or function that a pickle refers to by name. Nothing is ever looked up: the name decides what happens.</summary>
internal sealed record PickleGlobal(string Name);

/// <summary>A value that nobody needs and that is therefore never built: the settings of a run, a learning-rate schedule.</summary>
internal sealed class OpaqueValue
{
    public static OpaqueValue Instance { get; } = new();
}
