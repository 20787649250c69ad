using System.Text.Json;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>
/// The <c>params</c> of a case. They remember which of them were looked at: a parameter that nobody has read is one that the library was not told about, and
/// a comparison without it proves nothing.
/// </summary>
internal sealed class GoldenParameters(JsonElement values)
{
    /// <summary>
    /// Parameters that tell people in words what inputs, expected values and the README say by themselves. Any other sentence may be a convention: a runner reads it, or
    /// holds it by <see cref="Require"/>.
    /// </summary>
    private static readonly HashSet<string> Explanations =
    [
        "algorithm", "cdf_check", "cotangent_formula", "encoder_description", "input_formula", "note_discrete", "parameter_fill", "pdf", "queue_layout",
        "scalar_for_gradients", "student_layout", "teacher_layout", "view_layout",
    ];

    private readonly HashSet<string> _read = [];

    /// <summary>Parameters that were never read, each with its value.</summary>
    public IEnumerable<string> Unread => values.ValueKind != JsonValueKind.Object
        ? []
        : values.EnumerateObject().Where(p => !_read.Contains(p.Name) && !Explanations.Contains(p.Name)).Select(p => $"'{p.Name}' = {Short(p.Value)}");

    public JsonElement GetProperty(string name) =>
        TryGetProperty(name, out var value) ? value : throw new InvalidDataException($"The case has no parameter '{name}'.");

    public bool TryGetProperty(string name, out JsonElement value)
    {
        _read.Add(name);
        value = default;
        return values.ValueKind == JsonValueKind.Object && values.TryGetProperty(name, out value);
    }

    public double Number(string name) => GetProperty(name).GetDouble();

    public double Number(string name, double otherwise) => TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    public (double First, double Second) Pair(string name, (double First, double Second) otherwise) =>
        TryGetProperty(name, out var value) ? (value[0].GetDouble(), value[1].GetDouble()) : otherwise;

    public int Whole(string name) => GetProperty(name).GetInt32();

    public bool Flag(string name, bool otherwise) => TryGetProperty(name, out var value) ? value.GetBoolean() : otherwise;

    public string? Text(string name) => TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>Parameters that repeat what inputs and expected values say by themselves (sizes, lists of entries, sample counts).</summary>
    public void Informational(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _read.Add(name);
    }

    /// <summary>A convention of which the library has one kind only: where the parameter is there, it must have one of these values.</summary>
    /// <exception cref="InvalidDataException">It has another; the message names it.</exception>
    public void Require(string name, params string[] known)
    {
        if (TryGetProperty(name, out var value) && !known.Contains(value.ToString(), StringComparer.OrdinalIgnoreCase))
            throw new InvalidDataException($"The parameter '{name}' is {Short(value)}; this runner knows {string.Join(" and ", known.Select(k => $"'{k}'"))}.");
    }

    private static string Short(JsonElement value) => JsonSerializer.Serialize(value) is { Length: > 60 } text ? text[..60] + "…" : JsonSerializer.Serialize(value);
}
