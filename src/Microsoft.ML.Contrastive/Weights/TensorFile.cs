using Microsoft.ML.Contrastive.Weights.PyTorch;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>A file of named tensors, open for reading: checked when it is opened, read tensor by tensor.</summary>
internal abstract class TensorFile : IDisposable
{
    /// <summary>Where a tar archive says what it is (POSIX ustar).</summary>
    private const int TarOffset = 257;

    /// <summary>What is in the file.</summary>
    public abstract IEnumerable<TensorEntry> Tensors { get; }

    /// <summary>Reads a tensor on the CPU.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, it is of a type that torch does not have, or it is larger than 2 GiB.</exception>
    public abstract Tensor Read(string name);

    public abstract void Dispose();

    /// <summary>Opens a file of whichever kind its first bytes show, whatever its extension.</summary>
    /// <exception cref="InvalidDataException">It is of no kind that can be read, or damaged.</exception>
    public static TensorFile Open(string path)
    {
        FileStream stream = File.OpenRead(path);
        var beginning = new byte[TarOffset + 5];
        int read = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        ReadOnlySpan<byte> bytes = beginning.AsSpan(0, read);
        if (PyTorchFile.Begins(bytes))
            return PyTorchFile.Open(stream, path);
        // A header in JSON follows the 8 bytes with its length.
        if (read < 9 || bytes[8] is (byte)'{' or (byte)' ' || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return SafetensorsFile.Open(stream, path);
        stream.Dispose();
        (string kind, string load) = bytes[0] == 0x80
            ? ("a pickle of another program than PyTorch, such as detectron2's .pkl", "{k: torch.as_tensor(v) for k, v in pickle.load(open(path, 'rb'))['model'].items()}")
            : IsTar(bytes) ? ("a tar archive: PyTorch's format before version 0.2", "torch.load(path, map_location='cpu')")
            : ("neither a safetensors file nor one that PyTorch writes", "torch.load(path, map_location='cpu')");
        throw new InvalidDataException($"'{path}' is {kind}. Convert it once, in Python, where you trust the file: torch.save({load}, new_path), or safetensors.torch.save_file.");
    }

    private static bool IsTar(ReadOnlySpan<byte> bytes) => bytes.Length == TarOffset + 5 && bytes[TarOffset..].SequenceEqual("ustar"u8);
}
