using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>
/// Writes a state dictionary as <c>torch.save</c> does, so that <c>torch.load</c> opens it, with <c>weights_only=True</c> too. The pickle has one
/// fixed form: an ordered dictionary of tensors, each in a storage of its own. The same tensors give the same bytes.
/// </summary>
internal static class PyTorchWriter
{
    private const string Folder = "archive";

    /// <summary>The format of the archive that PyTorch 1.6 introduced.</summary>
    private const string Version = "3\n";

    private static readonly DateTimeOffset Timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors in the order given, whatever their device and strides.</summary>
    /// <exception cref="NotSupportedException">A tensor is of a type that has no storage.</exception>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(archive, "data.pkl", Pickle(tensors));
        Add(archive, "byteorder", "little"u8);
        foreach ((int index, (_, Tensor tensor)) in tensors.Index())
        {
            using DisposeScope scope = NewDisposeScope();
            Add(archive, $"data/{index}", tensor.numel() > 0 ? tensor.detach().cpu().contiguous().bytes : default);
        }

        Add(archive, "version", Encoding.ASCII.GetBytes(Version));
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        ZipArchiveEntry entry = archive.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression);
        entry.LastWriteTime = Timestamp;
        using Stream stream = entry.Open();
        stream.Write(bytes);
    }

    private static byte[] Pickle(IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]);
        EmptyDictionary(pickle);
        pickle.WriteByte((byte)'(');
        foreach ((int index, (string name, Tensor tensor)) in tensors.Index())
        {
            Text(pickle, name);
            Global(pickle, "torch._utils", "_rebuild_tensor_v2");
            pickle.Write("(("u8);
            Text(pickle, "storage");
            Global(pickle, "torch", TorchObjects.StorageOf(tensor.dtype));
            Text(pickle, index.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Text(pickle, "cpu");
            Number(pickle, tensor.numel());
            pickle.Write("tQ"u8);
            Number(pickle, 0);
            Tuple(pickle, tensor.shape);
            Tuple(pickle, ContiguousStrides(tensor.shape));
            pickle.WriteByte(0x89);
            EmptyDictionary(pickle);
            pickle.Write("tR"u8);
        }

        pickle.Write("u."u8);
        return pickle.ToArray();
    }

    private static void EmptyDictionary(MemoryStream pickle)
    {
        Global(pickle, "collections", "OrderedDict");
        pickle.Write(")R"u8);
    }

    private static void Global(MemoryStream pickle, string module, string name) => pickle.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private static void Tuple(MemoryStream pickle, long[] numbers)
    {
        pickle.WriteByte((byte)'(');
        foreach (long number in numbers)
            Number(pickle, number);
        pickle.WriteByte((byte)'t');
    }

    private static void Number(MemoryStream pickle, long number)
    {
        Span<byte> bytes = stackalloc byte[10];
        if (number <= int.MaxValue)
        {
            bytes[0] = (byte)'J';
            BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], (int)number);
            pickle.Write(bytes[..5]);
            return;
        }

        (bytes[0], bytes[1]) = (0x8a, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[2..], number);
        pickle.Write(bytes);
    }

    private static void Text(MemoryStream pickle, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[5];
        length[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(length[1..], utf8.Length);
        pickle.Write(length);
        pickle.Write(utf8);
    }

    private static long[] ContiguousStrides(long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        return strides;
    }
}
