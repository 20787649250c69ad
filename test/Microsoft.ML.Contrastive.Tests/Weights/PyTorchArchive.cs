using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Contrastive.Tests.Weights;

/// <summary>Archives as torch.save makes them, with whatever pickle a test wants in them.</summary>
internal static class PyTorchArchive
{
    /// <summary>The pickle of {'a': tensor} over the storage '0' of two floats, with the numbers given as pickle operations.</summary>
    public static byte[] Tensor(string offset = "K\0", string sizes = "K\u0002\u0085", string strides = "K\u0001\u0085", string count = "K\u0002", string storage = "FloatStorage", string key = "0") =>
        Pickle($"}}{Text("a")}{Rebuild(offset, sizes, strides, count, storage, key)}s.");

    /// <summary>The operations that make a tensor.</summary>
    public static string Rebuild(string offset = "K\0", string sizes = "K\u0002\u0085", string strides = "K\u0001\u0085", string count = "K\u0002", string storage = "FloatStorage", string key = "0") =>
        $"ctorch._utils\n_rebuild_tensor_v2\n(({Text("storage")}ctorch\n{storage}\n{Text(key)}{Text("cpu")}{count}tQ{offset}{sizes}{strides}\u0089ccollections\nOrderedDict\n)RtR";

    public static string Text(string text) => $"X{(char)text.Length}\0\0\0{text}";

    /// <summary>A pickle of protocol 2; each character is a byte.</summary>
    public static byte[] Pickle(string operations) => [0x80, 2, .. Encoding.Latin1.GetBytes(operations)];

    /// <summary>The archive with this pickle and the storage '0' of eight bytes.</summary>
    public static byte[] Archive(byte[] pickle, CompressionLevel compression = CompressionLevel.NoCompression, params (string Name, byte[] Bytes)[] more)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in (IEnumerable<(string, byte[])>)[("x/data.pkl", pickle), ("x/data/0", [0, 0, 128, 63, 0, 0, 0, 64]), .. more])
            {
                using Stream file = zip.CreateEntry(name, compression).Open();
                file.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
