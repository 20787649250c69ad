using System.Buffers;
using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// A file as <c>torch.save</c> writes it since PyTorch 1.6, open for reading: a zip archive, not compressed, in which <c>data.pkl</c> says what tensors there are
/// and <c>data/N</c> holds their elements. Nothing of the file is executed, and nothing is allocated that the file's size does not cover.
/// </summary>
/// <remarks>Tensors in dictionaries within dictionaries are named by all keys with dots between: <c>state_dict.module.encoder_q.conv1.weight</c>.</remarks>
internal sealed class PyTorchFile : TensorFile
{
    /// <summary>The pickle of a checkpoint takes some two hundred bytes a tensor.</summary>
    private const int LargestPickle = 16 << 20;

    /// <summary>Dictionaries within dictionaries that are looked into.</summary>
    private const int Depth = 8;

    /// <summary>Characters of all names together: keys that many dictionaries share must not multiply.</summary>
    private const int MostCharacters = 16 << 20;

    private readonly ZipArchive _archive;
    private readonly string _path;
    private readonly string _folder;
    private readonly Dictionary<string, ZipArchiveEntry> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PyTorchEntry> _tensors = new(StringComparer.Ordinal);

    private PyTorchFile(Stream stream, string path)
    {
        _path = path;
        long length = stream.Length;
        _archive = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            if (!_files.TryAdd(entry.FullName, entry))
                throw new InvalidDataException($"'{entry.FullName}' occurs twice");
        }

        string[] pickles = [.. _files.Keys.Where(n => n.Split('/') is [_, "data.pkl"])];
        if (pickles is not [var pickle])
            throw new InvalidDataException(pickles.Length == 0 ? "it has no file data.pkl" : $"it has {pickles.Length} files data.pkl");
        _folder = pickle[..^"data.pkl".Length];
        if (_files.ContainsKey(_folder + "constants.pkl"))
            throw new InvalidDataException("it is a TorchScript program, not weights. In Python: torch.save(torch.jit.load(path).state_dict(), new_path)");
        if (_files.TryGetValue(_folder + "byteorder", out ZipArchiveEntry? order) && !ReadSmall(order, 16).AsSpan().SequenceEqual("little"u8))
            throw new InvalidDataException("its byte order is not little-endian");
        object? root = new PickleReader(ReadSmall(_files[pickle], LargestPickle)).Read();
        int characters = 0;
        Collect(root as PickleDictionary ?? throw new InvalidDataException("it holds no dictionary of tensors. In Python: torch.save(model.state_dict(), path)"), "", new HashSet<object>(ReferenceEqualityComparer.Instance), length, ref characters);
    }

    public override IEnumerable<TensorEntry> Tensors => _tensors.Values;

    /// <summary>Opens a file and checks what it says of its tensors.</summary>
    /// <param name="stream">The file; it is disposed of with what is returned, and when nothing is.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, contradicts itself, or holds what is not allowed.</exception>
    public static PyTorchFile Open(Stream stream, string path)
    {
        try
        {
            return new PyTorchFile(stream, path);
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
            throw new InvalidDataException($"'{_path}' has no tensor '{name}'.");
        StoredTensor stored = entry.Stored;
        (long first, long length) = (stored.Offset * stored.Storage.ElementSize, stored.Extent * stored.Storage.ElementSize);
        if (Math.Max(length, stored.Count * stored.Storage.ElementSize) > int.MaxValue)
            throw new InvalidDataException($"The tensor '{name}' in '{_path}' has {length} bytes; at most {int.MaxValue} can be read.");
        if (length == 0)
            return empty(stored.Shape, stored.Storage.Type, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor elements = empty(stored.Extent, stored.Storage.Type, CPU);
        try
        {
            using Stream data = File(stored).Open();
            Skip(data, first);
            data.ReadExactly(elements.bytes);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new InvalidDataException($"The tensor '{name}' in '{_path}' cannot be read: {e.Message}", e);
        }

        Tensor tensor = stored.IsContiguous ? elements.reshape(stored.Shape) : elements.as_strided(stored.Shape, stored.Strides).contiguous();
        return tensor.MoveToOuterDisposeScope();
    }

    public override void Dispose() => _archive.Dispose();

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
        if (stored.Check(File(stored).Length, fileLength) is { } problem)
            throw new InvalidDataException($"the tensor '{name}' {problem}");
        if (!_tensors.TryAdd(name, new PyTorchEntry(name, stored)))
            throw new InvalidDataException($"the tensor '{name}' occurs twice");
    }

    private ZipArchiveEntry File(StoredTensor stored)
    {
        string name = $"{_folder}data/{stored.Storage.Key}";
        if (!_files.TryGetValue(name, out ZipArchiveEntry? file))
            throw new InvalidDataException($"the file '{name}' with the elements of a tensor is missing");
        return RequireStored(file);
    }

    /// <summary>Compressed, a few bytes could become more than fits in memory. PyTorch never compresses.</summary>
    private static ZipArchiveEntry RequireStored(ZipArchiveEntry file) => file.Length == file.CompressedLength
        ? file
        : throw new InvalidDataException($"'{file.FullName}' is compressed, which torch.save does not do");

    private static byte[] ReadSmall(ZipArchiveEntry file, int most)
    {
        if (RequireStored(file).Length > most)
            throw new InvalidDataException($"'{file.FullName}' has {file.Length} bytes; at most {most} are allowed");
        using Stream stream = file.Open();
        var bytes = new byte[file.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Parts of archives cannot be sought in.</summary>
    private static void Skip(Stream stream, long count)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        for (; count > 0; count -= Math.Min(count, buffer.Length))
            stream.ReadExactly(buffer, 0, (int)Math.Min(count, buffer.Length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>What the zip reader throws at archives that contradict themselves.</summary>
    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException or NotSupportedException;
}

/// <summary>A tensor of a PyTorch file; checked.</summary>
internal sealed record PyTorchEntry(string Name, StoredTensor Stored) : TensorEntry(Name, Stored.Shape)
{
    /// <inheritdoc/>
    public override ScalarType? Scalar => Stored.Storage.Type;
}
