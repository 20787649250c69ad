using System.Text.Json;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>One folder <c>&lt;family&gt;/&lt;case&gt;</c> with its <c>case.json</c> and arrays, read when asked for.</summary>
internal sealed class GoldenCase
{
    private readonly JsonElement _inputs;
    private readonly Dictionary<string, JsonElement> _expected;

    public GoldenCase(string folder)
    {
        Folder = Path.GetFullPath(folder);
        Name = Path.GetFileName(Folder);
        Family = Path.GetFileName(Path.GetDirectoryName(Folder)!);

        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "case.json")));
        var root = document.RootElement.Clone();
        Params = new GoldenParameters(root.TryGetProperty("params", out var parameters) ? parameters : default);
        _inputs = root.TryGetProperty("inputs", out var inputs) ? inputs : default;
        _expected = root.GetProperty("expected").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value);
    }

    public string Name { get; }

    public string Family { get; }

    public string Folder { get; }

    public GoldenParameters Params { get; }

    public IReadOnlyCollection<string> ExpectedNames => _expected.Keys;

    public IEnumerable<string> InputNames =>
        _inputs.ValueKind == JsonValueKind.Object ? _inputs.EnumerateObject().Select(input => input.Name) : [];

    public NpyArray Input(string name) =>
        _inputs.ValueKind == JsonValueKind.Object && _inputs.TryGetProperty(name, out var entry)
            ? ReadArray(entry, name)
            : throw new InvalidDataException($"{Family}/{Name} has no input '{name}'; it has: {string.Join(", ", InputNames)}.");

    public NpyArray Expected(string name) => ReadArray(ExpectedEntry(name), name);

    /// <summary>The <c>value</c> of an expected number, list or dictionary.</summary>
    public JsonElement ExpectedValue(string name) =>
        ExpectedEntry(name).TryGetProperty("value", out var value)
            ? value
            : throw new InvalidDataException($"Expected entry '{name}' of {Family}/{Name} is an array in a file, not a value.");

    /// <summary>Whether the entry documents a variant of another public implementation: a deviation from it is no failure.</summary>
    public bool IsOptional(string name) => ExpectedEntry(name).TryGetProperty("optional", out var optional) && optional.GetBoolean();

    internal JsonElement ExpectedEntry(string name) =>
        _expected.TryGetValue(name, out var entry)
            ? entry
            : throw new InvalidDataException($"{Family}/{Name} expects no '{name}'; it expects: {string.Join(", ", ExpectedNames)}.");

    private NpyArray ReadArray(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty("file", out var file))
            throw new InvalidDataException($"Entry '{name}' of {Family}/{Name} is a value, not an array in a file.");

        var array = NpyArray.Read(Path.Combine(Folder, file.GetString()!));
        var dtype = entry.GetProperty("dtype").GetString();
        var shape = entry.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32());
        if (array.DType != dtype || !array.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"'{name}' of {Family}/{Name}: case.json announces {dtype} ({string.Join(", ", shape)}), the file holds {array.DType} ({string.Join(", ", array.Shape)}).");
        }

        return array;
    }
}
