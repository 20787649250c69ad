using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Layouts;

/// <summary>STL-10 and idx, made byte by byte.</summary>
public sealed class BinaryFilesTests : IDisposable
{
    private const int Side = 96;

    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Red is the column, green the row, blue the number of the image: the planes are stored column by column.</summary>
    private static byte[] Stl(int image) =>
        [.. from plane in Enumerable.Range(0, 3) from x in Enumerable.Range(0, Side) from y in Enumerable.Range(0, Side) select (byte)(plane == 0 ? x : plane == 1 ? y : image)];

    private static byte[] Idx(byte[] values, params int[] size)
    {
        byte[] header = new byte[4 * (1 + size.Length)];
        (header[2], header[3]) = (8, (byte)size.Length);
        for (int d = 0; d < size.Length; d++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * (d + 1)), size[d]);
        return [.. header, .. values];
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    [Fact]
    public void Stl10_with_its_unlabelled_split()
    {
        _folder.Write("stl10_binary/train_X.bin", [.. Stl(0), .. Stl(1)]);
        _folder.Write("stl10_binary/train_y.bin", [10, 1]);
        _folder.Write("stl10_binary/unlabeled_X.bin", Stl(2));
        _folder.Write("stl10_binary/class_names.txt", "airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n");
        using Dataset dataset = _folder.Open();
        Assert.Equal("stl10-binary", dataset.Format);
        Assert.Equal(["train", "unlabeled"], dataset.Splits);
        Assert.Equal(["stl10_binary/train_X.bin#0 truck train", "stl10_binary/train_X.bin#1 airplane train", "stl10_binary/unlabeled_X.bin#0  unlabeled"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal([(70, 30, 0), (70, 30, 1), (70, 30, 2)], DatasetRow.Pixels(dataset.Rows, x: 70, y: 30));
    }

    [Fact]
    public void Stl10_that_does_not_fit_together_is_refused()
    {
        _folder.Write("train_X.bin", Stl(0));
        _folder.Write("train_y.bin", [1, 2]);
        Assert.Contains("2 labels for 1 images", _folder.Error(), StringComparison.Ordinal);
        _folder.Write("train_y.bin", [11]);
        Assert.Contains("label 11", _folder.Error(), StringComparison.Ordinal);
        _folder.Write("train_X.bin", Stl(0)[1..]);
        Assert.Contains("no whole number of records of 27648", _folder.Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData("")]
    public void Idx_with_labels_in_files_of_their_own(string extension)
    {
        Func<byte[], byte[]> pack = extension.Length > 0 ? Gzip : bytes => bytes;
        _folder.Write("train-images-idx3-ubyte" + extension, pack(Idx([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2, 3)));
        _folder.Write("train-labels-idx1-ubyte" + extension, pack(Idx([7, 3], 2)));
        _folder.Write("t10k-images-idx3-ubyte" + extension, pack(Idx([0, 0, 0, 0, 0, 99], 1, 2, 3)));
        using Dataset dataset = _folder.Open();
        Assert.Equal("idx", dataset.Format);
        Assert.Equal(["3", "7"], dataset.ClassNames);
        Assert.Equal([$"t10k-images-idx3-ubyte{extension}#0  test", $"train-images-idx3-ubyte{extension}#0 7 train", $"train-images-idx3-ubyte{extension}#1 3 train"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal([(99, 99, 99), (6, 6, 6), (12, 12, 12)], DatasetRow.Pixels(dataset.Rows, x: 2, y: 1));
        Assert.Contains(dataset.Notes, note => note.Contains("no file of labels", StringComparison.Ordinal));
    }

    [Fact]
    public void Idx_whose_header_lies_is_refused()
    {
        const string Images = "train-images-idx3-ubyte";
        _folder.Write(Images, Idx([1, 2, 3], 1, 2, 2));
        Assert.Contains("says 1 × 2 × 2 bytes by its header and has 3", _folder.Error(), StringComparison.Ordinal);

        // 2^22 × 2^21 × 2^21 is 2^64, and a 0 in 64 bits.
        _folder.Write(Images, Idx([], 1 << 22, 1 << 21, 1 << 21));
        Assert.Contains("by its header", _folder.Error(), StringComparison.Ordinal);
        _folder.Write(Images, Idx([], 0, 28, 28));
        Assert.Contains("by its header", _folder.Error(), StringComparison.Ordinal);
        _folder.Write(Images, Idx([1], -1, -1, 1));
        Assert.Contains("by its header", _folder.Error(), StringComparison.Ordinal);
        _folder.Write(Images, [0, 0, 8]);
        Assert.Contains("no idx file", _folder.Error(), StringComparison.Ordinal);
        _folder.Write(Images, Idx([1, 2, 3, 4], 1, 2, 2));
        _folder.Write("train-labels-idx1-ubyte", Idx([1, 2], 2));
        Assert.Contains("2 labels for 1 images", _folder.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void Packed_files_that_are_cut_off_or_grow_without_end_are_refused()
    {
        byte[] packed = Gzip(Idx([.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))], 5, 20, 50));
        foreach (int cut in (int[])[1, 8, 100])
        {
            _folder.Write("train-images-idx3-ubyte.gz", packed[..^cut]);
            Assert.Contains("cut off", _folder.Error(), StringComparison.Ordinal);
        }

        _folder.Write("train-images-idx3-ubyte.gz", Gzip(new byte[10_000_000]));
        Assert.Contains("ratio", _folder.Error(options: o => o with { RatioFreeBytes = 1 << 20 }), StringComparison.Ordinal);
        Assert.Contains("more than the 1000 that are allowed", _folder.Error(options: o => o with { MaximumFileBytes = 1000 }), StringComparison.Ordinal);
    }
}
