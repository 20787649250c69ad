using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// A file as <c>torch.save</c> writes it, open for reading: a pickle says what tensors there are, and storages beside it hold their elements. Nothing of the file is
/// executed, and nothing is allocated that the file's size does not cover.
/// </summary>
/// <remarks>Tensors in dictionaries within dictionaries are named by all keys with dots between: <c>state_dict.module.encoder_q.conv1.weight</c>.</remarks>
internal abstract class PyTorchFile(string path) : TensorFile
{
    /// <summary>The pickle of a checkpoint takes some two hundred bytes a tensor.</summary>
    protected const int LargestPickle = 16 << 20;

    /// <summary>Dictionaries within dictionaries that are looked into.</summary>
    private const int Depth = 8;

    /// <summary>Characters of all names together: keys that many dictionaries share must not multiply.</summary>
    private const int MostCharacters = 16 << 20;

    private readonly Dictionary<string, PyTorchEntry> _tensors = new(StringComparer.Ordinal);

    public override IEnumerable<TensorEntry> Tensors => _tensors.Values;

    /// <summary>Whether a file that begins so is one of the two kinds that are read here.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) => ZippedPyTorchFile.IsOne(bytes) || LegacyPyTorchFile.IsOne(bytes);

    /// <summary>Opens a file and checks what it says of its tensors.</summary>
    /// <param name="stream">The file; it is disposed of with what is returned, and when nothing is.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, contradicts itself, or holds what is not allowed.</exception>
    public static PyTorchFile Open(Stream stream, string path)
    {
        try
        {
            Span<byte> beginning = stackalloc byte[LegacyPyTorchFile.BeginningLength];
            int read = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            return LegacyPyTorchFile.IsOne(beginning[..read]) ? new LegacyPyTorchFile(stream, path) : new ZippedPyTorchFile(stream, path);
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (!IsDamage(e))
                throw;
            throw new InvalidDataException($"'{path}' is no sound PyTorch file: {e.Message}{(e.Message.EndsWith('.') ? "" : ".")}", e);
        }
    }

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        if (!_tensors.TryGetValue(name, out PyTorchEntry? entry))
            throw new InvalidDataException($"'{path}' has no tensor '{name}'.");
        StoredTensor stored = entry.Stored;
        (long first, long length) = (stored.Offset * stored.Storage.ElementSize, stored.Extent * stored.Storage.ElementSize);
        if (Math.Max(length, stored.Count * stored.Storage.ElementSize) > int.MaxValue)
            throw new InvalidDataException($"The tensor '{name}' in '{path}' has {length} bytes; at most {int.MaxValue} can be read.");
        if (length == 0)
            return empty(stored.Shape, stored.Storage.Type, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor elements = empty(stored.Extent, stored.Storage.Type, CPU);
        try
        {
            ReadStorage(stored.Storage, first, elements.bytes);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new InvalidDataException($"The tensor '{name}' in '{path}' cannot be read: {e.Message}", e);
        }

        Tensor tensor = stored.IsContiguous ? elements.reshape(stored.Shape) : elements.as_strided(stored.Shape, stored.Strides).contiguous();
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Bytes that the file has of a storage.</summary>
    /// <exception cref="InvalidDataException">It has none.</exception>
    protected abstract long BytesOf(StorageReference storage);

    /// <summary>Reads a part of a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="first">The first byte.</param>
    /// <param name="target">Receives the bytes; the storage has as many.</param>
    protected abstract void ReadStorage(StorageReference storage, long first, Span<byte> target);

    /// <summary>Takes over the tensors of what the pickle holds.</summary>
    /// <param name="root">The pickle's value.</param>
    /// <param name="fileLength">Bytes of the file.</param>
    protected void Take(object? root, long fileLength)
    {
        int characters = 0;
        Collect(
            root as PickleDictionary ?? throw new InvalidDataException("it holds no dictionary of tensors. In Python: torch.save(model.state_dict(), path)"), "",
            new HashSet<object>(ReferenceEqualityComparer.Instance), fileLength, ref characters);
    }

    private void Collect(PickleDictionary dictionary, string prefix, HashSet<object> seen, long fileLength, ref int characters, int depth = 0)
    {
        // A dictionary may hold itself, or be held by many.
        if (depth == Depth || !seen.Add(dictionary))
            return;
        foreach ((object? key, object? value) in dictionary.Entries)
        {
            if (key is not (string or long) || value is not (StoredTensor or PickleDictionary))
                continue;
            string name = $"{prefix}{key}";
            characters = checked(characters + name.Length);
            if (characters > MostCharacters)
                throw new InvalidDataException($"the names of its tensors have more than {MostCharacters} characters");
            if (value is PickleDictionary inner)
                Collect(inner, name + ".", seen, fileLength, ref characters, depth + 1);
            else if (value is StoredTensor stored)
                Add(name, stored, fileLength);
        }
    }

    private void Add(string name, StoredTensor stored, long fileLength)
    {
        if (stored.Check(BytesOf(stored.Storage), fileLength) is { } problem)
            throw new InvalidDataException($"the tensor '{name}' {problem}");
        if (!_tensors.TryAdd(name, new PyTorchEntry(name, stored)))
            throw new InvalidDataException($"the tensor '{name}' occurs twice");
    }

    /// <summary>What readers throw at files that contradict themselves.</summary>
    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException or NotSupportedException;
}

/// <summary>A tensor of a PyTorch file; checked.</summary>
internal sealed record PyTorchEntry(string Name, StoredTensor Stored) : TensorEntry(Name, Stored.Shape)
{
    /// <inheritdoc/>
    public override ScalarType? Scalar => Stored.Storage.Type;
}
