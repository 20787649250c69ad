using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Layouts;

public sealed class CifarBinaryTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A record whose red at (x, y) is x + 32 y mod 256, green that + 1, blue that + 2.</summary>
    private static byte[] Record(params byte[] labels) => [.. labels, .. from plane in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 1024) select (byte)(i + plane)];

    [Fact]
    public void Ten_classes()
    {
        _folder.Write("cifar-10-batches-bin/data_batch_1.bin", [.. Record(3), .. Record(0)]);
        _folder.Write("cifar-10-batches-bin/test_batch.bin", Record(9));
        _folder.Write("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        using Dataset dataset = _folder.Open();
        Assert.Equal("cifar-binary", dataset.Format);
        Assert.Equal("airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck", string.Join(',', dataset.ClassNames));
        string prefix = "cifar-10-batches-bin/";
        Assert.Equal([prefix + "data_batch_1.bin#0 cat train", prefix + "data_batch_1.bin#1 airplane train", prefix + "test_batch.bin#0 truck test"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal(Enumerable.Repeat(((byte)(5 + (7 * 32)), (byte)(6 + (7 * 32)), (byte)(7 + (7 * 32))), 3), DatasetRow.Pixels(dataset.Rows, x: 5, y: 7));
    }

    [Fact]
    public void A_hundred_classes_by_their_fine_labels()
    {
        _folder.Write("train.bin", [.. Record(1, 99), .. Record(2, 0)]);
        _folder.Write("test.bin", Record(3, 50));
        using Dataset dataset = _folder.Open();
        Assert.Equal(100, dataset.ClassNames.Count);
        Assert.Equal(["test.bin#0 50 test", "train.bin#0 99 train", "train.bin#1 0 train"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal([0, 0, 0], DatasetRow.Pixels(dataset.Rows).Select(pixel => (int)pixel.Red));
    }

    [Fact]
    public void Files_that_are_not_whole_are_refused()
    {
        _folder.Write("data_batch_1.bin", Record(3)[..^1]);
        Assert.Contains("3072 bytes: that is no whole number of records of 3073", _folder.Error(), StringComparison.Ordinal);
        _folder.Write("data_batch_1.bin", Record(10));
        Assert.Contains("has the label 10; there are 10 classes", _folder.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_python_version_is_not_read()
    {
        _folder.Write("cifar-10-batches-py/data_batch_1", "pickle");
        Assert.Contains("binary version", _folder.Error(), StringComparison.Ordinal);
    }
}
