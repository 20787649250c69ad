using System.Text.Json;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>
/// Reads the header of a safetensors file and believes none of it: every figure is held against the size of the file before anything is
/// allocated for it.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own limit (github.com/huggingface/safetensors): a header beyond it is an attack, not a network.</summary>
    private const long LargestHeader = 100_000_000;

    /// <summary>Torch's own limit.</summary>
    private const int MostDimensions = 64;

    /// <summary>Free text that a file may carry under this name; no tensor.</summary>
    private const string Metadata = "__metadata__";

    /// <summary>Reads the header; the stream then stands at the first byte of the data.</summary>
    /// <exception cref="InvalidDataException">The header contradicts itself or the size of the file.</exception>
    public static Dictionary<string, SafetensorsEntry> Read(Stream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < prefix.Length)
            throw Invalid(path, $"it has {stream.Length} bytes, fewer than the 8 that say how long the header is");
        stream.ReadExactly(prefix);
        ulong length = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        ulong rest = (ulong)(stream.Length - prefix.Length);
        if (length > rest)
            throw Invalid(path, $"its header claims {length} bytes, but only {rest} follow");
        if (length > LargestHeader)
            throw Invalid(path, $"its header claims {length} bytes; at most {LargestHeader} are allowed");
        var json = new byte[(int)length];
        stream.ReadExactly(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            Dictionary<string, SafetensorsEntry> entries = Entries(document.RootElement, path);
            CheckLayout(entries.Values, (long)(rest - length), path);
            return entries;
        }
        // The second is what a string says that is no Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(path, $"its header is not JSON ({e.Message})", e);
        }
    }

    public static InvalidDataException Invalid(string path, string problem, Exception? inner = null) =>
        new($"'{path}' is no sound safetensors file: {problem}.", inner);

    private static Dictionary<string, SafetensorsEntry> Entries(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Invalid(path, "its header is no JSON object");
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == Metadata)
                continue;
            if (!entries.TryAdd(property.Name, Entry(property.Name, property.Value, path)))
                throw Invalid(path, $"the tensor '{property.Name}' occurs twice");
        }

        return entries;
    }

    private static SafetensorsEntry Entry(string name, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out JsonElement shape) || !TryReadNumbers(shape, out long[] sizes)
            || !value.TryGetProperty("data_offsets", out JsonElement offsets) || !TryReadNumbers(offsets, out long[] range) || range.Length != 2)
            throw Invalid(path, $"the tensor '{name}' lacks its dtype, its shape or its two data_offsets, or one of them is not a whole number from 0");
        string type = dtype.GetString()!;
        int size = SafetensorsType.SizeOf(type) ?? throw Invalid(path, $"the tensor '{name}' is of the unknown type '{type}'");
        // A decimal cannot overflow silently, and 28 digits exceed any file: the product is bounded as it grows.
        // A size of 0 must not hide what torch would multiply.
        decimal bytes = size;
        foreach (long dimension in sizes)
        {
            bytes *= Math.Max(dimension, 1);
            if (bytes > long.MaxValue || sizes.Length > MostDimensions)
                throw Invalid(path, $"the tensor '{name}' of shape [{string.Join(", ", sizes.Take(MostDimensions))}] is larger than any file, or has more than {MostDimensions} dimensions");
        }

        if (sizes.Contains(0))
            bytes = 0;
        if (range[1] - range[0] != bytes)
            throw Invalid(path, $"the tensor '{name}' of shape [{string.Join(", ", sizes)}] and type {type} takes {bytes} bytes, but its data_offsets are {range[0]} to {range[1]}");
        return new SafetensorsEntry(name, type, sizes, range[0], range[1]);
    }

    private static bool TryReadNumbers(JsonElement value, out long[] numbers)
    {
        numbers = [];
        if (value.ValueKind != JsonValueKind.Array)
            return false;
        var read = new List<long>();
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0)
                return false;
            read.Add(number);
        }

        numbers = [.. read];
        return true;
    }

    /// <summary>The data belong to one tensor each and to the last byte: no overlap, no hole, nothing beyond the end.</summary>
    private static void CheckLayout(IEnumerable<SafetensorsEntry> entries, long dataLength, string path)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin < end)
                throw Invalid(path, $"the tensor '{entry.Name}' begins at byte {entry.Begin}, inside of another that ends at {end}");
            if (entry.Begin > end)
                throw Invalid(path, $"the bytes {end} to {entry.Begin} belong to no tensor");
            if (entry.End > dataLength)
                throw Invalid(path, $"the tensor '{entry.Name}' ends at byte {entry.End}, but the file holds {dataLength} bytes of data");
            end = entry.End;
        }

        if (end != dataLength)
            throw Invalid(path, $"the bytes {end} to {dataLength} belong to no tensor");
    }
}
