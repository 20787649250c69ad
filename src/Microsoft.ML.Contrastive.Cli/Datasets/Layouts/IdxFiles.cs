using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>
/// The idx files of MNIST and its family (LeCun, Cortes and Burges, <c>http://yann.lecun.com/exdb/mnist/</c>, "the idx file format"; Fashion-MNIST, Kuzushiji-MNIST, EMNIST), also
/// packed by gzip. Grey images; labels are numbers, in files of their own, and stay numbers: no file has their names.
/// </summary>
internal static partial class IdxFiles
{
    private const byte UnsignedBytes = 8;
    private const int ImageDimensions = 3;

    /// <summary>Reads the files.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        var images = new List<(PixelRecords Source, int Index, int? Label, string Split)>();
        var notes = new List<string>();
        foreach ((int file, string name) in tree.Names.Index())
        {
            if (!Images().IsMatch(name))
                continue;
            (ByteRange bytes, int header, int[] size) = Open(tree, file, ImageDimensions);
            var records = new PixelRecords(bytes, tree.ShortNameOf(file), size[2], size[1], channels: 1) { Header = header };
            int[]? labels = Labels(tree, name, size[0]);
            if (labels is null)
                notes.Add($"'{tree.NameOf(file)}' has no file of labels beside it.");
            string lower = Path.GetFileName(name).ToLowerInvariant();
            string split = lower.Contains("t10k", StringComparison.Ordinal) || lower.Contains("test", StringComparison.Ordinal) ? Split.Test
                : lower.Contains("valid", StringComparison.Ordinal) ? Split.Validation : Split.Train;
            images.AddRange(Enumerable.Range(0, size[0]).Select(i => (records, i, labels?[i], split)));
        }

        if (images.Count == 0)
            return null;
        int[] classes = [.. images.Select(image => image.Label).OfType<int>().Distinct().Order()];
        return new DatasetContents(
            [.. images.Select(image => new DatasetImage(image.Source, image.Index, image.Label is { } label ? Array.BinarySearch(classes, label) : DatasetImage.NoClass, image.Split))],
            [.. classes.Select(label => $"{label}")], notes);
    }

    /// <summary>The labels in the file whose name differs by one word; null when there is none.</summary>
    private static int[]? Labels(FileTree tree, string imagesName, int count)
    {
        string bare = Images().Replace(imagesName, "$1labels$2idx1-ubyte");
        int file = new[] { bare + ".gz", bare }.Select(tree.IndexOf).FirstOrDefault(index => index >= 0, -1);
        if (file < 0)
            return null;
        (ByteRange bytes, int header, int[] size) = Open(tree, file, dimensions: 1);
        return size[0] == count
            ? [.. bytes.Read(header, count).Select(label => (int)label)]
            : throw new InvalidDataException($"'{tree.NameOf(file)}' has {size[0]} labels for {count} images: it belongs to another file. Get both again.");
    }

    /// <summary>Reads the header: two zeros, the type, the number of dimensions, and each as a big-endian number. The length must be what they say.</summary>
    private static (ByteRange Bytes, int Header, int[] Size) Open(FileTree tree, int file, int dimensions)
    {
        ByteRange bytes = tree.Open(file);
        int header = sizeof(int) * (1 + dimensions);
        byte[] start = bytes.Read(0, (int)Math.Min(header, bytes.Length));
        if (start.Length < header || start[0] != 0 || start[1] != 0 || start[2] != UnsignedBytes || start[3] != dimensions)
            throw new InvalidDataException($"'{tree.NameOf(file)}' is no idx file of bytes in {dimensions} dimensions. Get it again.");
        uint[] size = [.. Enumerable.Range(1, dimensions).Select(d => BinaryPrimitives.ReadUInt32BigEndian(start.AsSpan(d * sizeof(int))))];
        UInt128 said = size.Aggregate((UInt128)1, (product, length) => product * length);
        if (
            said != (UInt128)(bytes.Length - header) || size.Any(length => length is 0 or > int.MaxValue)
                || (long)size[^1] * (dimensions > 1 ? size[^2] : 1) > (dimensions > 1 ? EncodedImage.MaximumPixels : int.MaxValue))
            throw new InvalidDataException($"'{tree.NameOf(file)}' says {string.Join(" × ", size)} bytes by its header and has {bytes.Length - header}. It is cut off or damaged. Get it again.");
        return (bytes, header, [.. size.Select(length => (int)length)]);
    }

    [GeneratedRegex(@"^(.*)images([-.])idx3-ubyte(\.gz)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Images();
}
