using System.Buffers.Binary;
using System.IO.Compression;

namespace Quickstart;

/// <summary>The garments that come with the repository: 28 × 28 grey cut-outs on black, and their classes (Data/README.md).</summary>
internal sealed class Garments
{
    public const int Side = 28;

    private const int LabelHeader = 8, ImageHeader = 16;

    private readonly byte[] _images, _labels;

    private Garments(byte[] images, byte[] labels) => (_images, _labels) = (images, labels);

    /// <summary>The names of the classes, in the order of their numbers.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = System.Text.Encoding.UTF8.GetString(Resource("classes.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public int Count => _labels.Length - LabelHeader;

    public static Garments Train() => Load("train");

    public static Garments Test() => Load("t10k");

    /// <summary>The pixels of one garment: 28 × 28 bytes, rows from the top, 0 outside the garment.</summary>
    public ReadOnlySpan<byte> Pixels(int index) => _images.AsSpan(ImageHeader + index * Side * Side, Side * Side);

    public string ClassName(int index) => ClassNames[_labels[LabelHeader + index]];

    private static Garments Load(string part)
    {
        var garments = new Garments(Unzip($"{part}-images-idx3-ubyte.gz"), Unzip($"{part}-labels-idx1-ubyte.gz"));
        if (BinaryPrimitives.ReadInt32BigEndian(garments._images.AsSpan(4)) != garments.Count)
            throw new InvalidDataException($"The embedded garments ({part}) have a different number of images and labels.");
        return garments;
    }

    private static byte[] Unzip(string name)
    {
        using var zipped = new GZipStream(new MemoryStream(Resource(name)), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        zipped.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(Garments).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
