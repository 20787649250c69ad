using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Contrastive.Tests.Weights;

/// <summary>Files as torch.save makes them, with whatever pickle a test wants in them.</summary>
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

    /// <summary>The magic number and the version of the form before PyTorch 1.6.</summary>
    public static byte[] LegacyMagic => [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    public static byte[] LegacyVersion => Pickle("M\u00e9\u0003.");

    /// <summary>Two elements, 1 and 2.</summary>
    public static byte[] LegacyStorage => [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64];

    /// <summary>A file of that form with this pickle, the names of its storages (the storage '0' where left out) and the storages.</summary>
    public static byte[] Legacy(byte[] pickle, byte[]? keys = null, params byte[][] storages) =>
    [
        .. LegacyMagic, .. LegacyVersion, .. Pickle($"}}{Text("little_endian")}\u0088s."), .. pickle,
        .. keys ?? Pickle($"]{Text("0")}a."), .. storages.Length == 0 ? LegacyStorage : storages.SelectMany(s => s),
    ];

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
