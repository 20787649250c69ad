using Microsoft.ML.Contrastive.Weights.PyTorch;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>A file of named tensors, open for reading: checked when it is opened, read tensor by tensor.</summary>
internal abstract class TensorFile : IDisposable
{
    /// <summary>How a zip archive begins, which is what PyTorch writes since version 1.6.</summary>
    private static readonly byte[] Zip = [(byte)'P', (byte)'K', 3, 4];

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
        if (bytes.StartsWith(Zip))
            return PyTorchFile.Open(stream, path);
        // A header in JSON follows the 8 bytes with its length.
        if (read < 9 || bytes[8] is (byte)'{' or (byte)' ' || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return SafetensorsFile.Open(stream, path);
        stream.Dispose();
        string kind = bytes[0] == 0x80 ? "a pickle: PyTorch's format before version 1.6, or detectron2's" : IsTar(bytes) ? "a tar archive: PyTorch's oldest format" : "neither a safetensors file nor a zip archive as PyTorch writes it";
        throw new InvalidDataException(
            $"'{path}' is {kind}. Convert it once, in Python, where you trust the file: torch.save(torch.load(path, map_location='cpu'), new_path) with PyTorch 1.6 or later, or safetensors.torch.save_file.");
    }

    private static bool IsTar(ReadOnlySpan<byte> bytes) => bytes.Length == TarOffset + 5 && bytes[TarOffset..].SequenceEqual("ustar"u8);
}
