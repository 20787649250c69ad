using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>
/// A safetensors file, open for reading: 8 bytes with the length of the header, the header in JSON, the data. Tensors are read when they are
/// asked for.
/// </summary>
internal sealed class SafetensorsFile : TensorFile
{
    private readonly Stream _stream;
    private readonly string _path;
    private readonly long _data;

    private SafetensorsFile(Stream stream, string path)
    {
        _stream = stream;
        _path = path;
        Entries = SafetensorsHeader.Read(stream, path);
        _data = stream.Position;
    }

    /// <summary>What is in the file, by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    public override IEnumerable<TensorEntry> Tensors => Entries.Values;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The header contradicts itself or the size of the file.</exception>
    public static new SafetensorsFile Open(string path) => Open(File.OpenRead(path), path);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="stream">The file; it is disposed of with what is returned, and when nothing is.</param>
    /// <param name="path">Its name, for messages.</param>
    public static SafetensorsFile Open(Stream stream, string path)
    {
        try
        {
            return new SafetensorsFile(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        if (!Entries.TryGetValue(name, out SafetensorsEntry? entry))
            throw new InvalidDataException($"'{_path}' has no tensor '{name}'.");
        ScalarType type = SafetensorsType.ToScalar(entry.Type) ?? throw new InvalidDataException($"The tensor '{name}' in '{_path}' is of type {entry.Type}, which torch does not have.");
        long length = entry.End - entry.Begin;
        if (length > int.MaxValue)
            throw new InvalidDataException($"The tensor '{name}' in '{_path}' has {length} bytes; at most {int.MaxValue} can be read.");
        Tensor tensor = empty(entry.Shape, type, CPU);
        if (length == 0)
            return tensor;
        _stream.Position = _data + entry.Begin;
        _stream.ReadExactly(tensor.bytes);
        return tensor;
    }

    public override void Dispose() => _stream.Dispose();
}
