using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Tests.Conformance;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

/// <summary>Archives of real photographs, where they lie beside the repository (<c>../shared/data</c>): none may be redistributed.</summary>
public sealed class PublicDatasetsTests : IDisposable
{
    private static readonly string Data = Path.GetFullPath(Path.Combine(GoldenRun.RepositoryRoot, "../shared/data"));

    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cifar10.tar.gz", "split-folders", 10, 45_000, 0, 5_000)]
    [InlineData("tiny_imagenet100.tar.gz", "split-folders", 100, 10_000, 2_500, 0)]
    [InlineData("imagenette224.tar.gz", "split-folders", 10, 1_000, 500, 0)]
    [InlineData("imagenet_samples.tar.gz", "image-folder", 0, 80, 0, 0)]
    [InlineData("voc2007_subset.tar.gz", "voc", 0, 230, 80, 0)]
    [InlineData("coco128.tar.gz", "coco", 0, 128, 0, 0)]
    public void An_archive_is_what_its_description_says(string archive, string format, int classes, int train, int validation, int test)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Data, archive)), $"{archive} is not in {Data}.");
        using Dataset dataset = Dataset.Open(Path.Combine(Data, archive), _folder.Options);
        Assert.Equal((format, classes, train, validation, test), (dataset.Format, dataset.ClassNames.Count, dataset.CountOf("train"), dataset.CountOf("val"), dataset.CountOf("test")));
        Assert.Equal(dataset.Count, DatasetRow.Read(dataset.Rows).Select(row => row.ImagePath).Distinct().Count());
        Assert.Equal(100, DatasetRow.Pixels(new MLContext().Data.TakeRows(dataset.Rows, 100)).Length + Math.Max(0, 100 - dataset.Count));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', dataset.Notes));
    }
}
