using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Layouts;

/// <summary>List files and tables.</summary>
public sealed class ListedImagesTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public ListedImagesTests() => _folder.WriteImages("p/a.png", "p/my dog.png", "p/c 3.png");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_list_of_paths_with_labels_as_may_be()
    {
        _folder.Write("lists/train.txt", $"# images\n../p/a.png cat\r\n\n../p/my dog.png\n{_folder["p/c 3.png"]}\tlong dog\n../p/a.png cat\n");
        using Dataset dataset = _folder.Open("lists/train.txt");
        Assert.Equal("list", dataset.Format);
        Assert.Equal(["p/a.png cat train", "p/c 3.png long dog train", "p/my dog.png  train"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal([0, 2, 1], DatasetRow.Pixels(dataset.Rows).Select(pixel => (int)pixel.Red));
        Assert.StartsWith("1 images are named more than once", Assert.Single(dataset.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_not_there_are_counted_and_named()
    {
        _folder.Write("list.txt", "p/a.png\nx1.png\nx2.png\nx3.png\nx4.png\n");
        using (Dataset dataset = _folder.Open("list.txt"))
        {
            Assert.Equal(1, dataset.Count);
            Assert.StartsWith($"4 of the 5 images that '{_folder["list.txt"]}' names are not there: 'x1.png', 'x2.png', 'x3.png', …", Assert.Single(dataset.Notes), StringComparison.Ordinal);
        }

        Assert.Contains("4 of the 5", _folder.Error("list.txt", o => o with { BrokenImages = BrokenImages.Refuse }), StringComparison.Ordinal);
        _folder.Write("list.txt", "x1.png\n");
        Assert.Contains("1 of the 1", _folder.Error("list.txt"), StringComparison.Ordinal);
        _folder.Write("list.txt", "# nothing\n");
        Assert.Contains("names no image", _folder.Error("list.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_with_quotes_labels_and_splits()
    {
        _folder.Write("table.csv", "id,Label,Image_Path,split\r\n1,\"a \"\"big\"\", grey\ncat\",p/a.png,validation\r\n2,,\"p/my dog.png\",train\r\n3,unlabeled,p/c 3.png,train");
        using Dataset dataset = _folder.Open("table.csv");
        Assert.Equal("csv", dataset.Format);
        Assert.Equal(["p/a.png a \"big\", grey\ncat val", "p/c 3.png  unlabeled", "p/my dog.png  train"], DatasetRow.Of(dataset, _folder.Path));
    }

    [Theory]
    [InlineData("table.tsv", "file\tclass\np/a.png\tcat\n")]
    [InlineData("table.csv", "file;class\np/a.png;cat\n")]
    public void The_first_line_tells_the_separator(string name, string text)
    {
        _folder.Write(name, text);
        using Dataset dataset = _folder.Open(name);
        Assert.Equal(["p/a.png cat train"], DatasetRow.Of(dataset, _folder.Path));
    }

    [Theory]
    [InlineData("name,label\np/a.png,cat\n", "must name one of imagepath")]
    [InlineData("path,label\np/a.png,cat\np/a.png\n", "1 fields in line 3")]
    [InlineData("path,label\n\"p/a.png,cat\n", "a quote in line 2 that does not end")]
    [InlineData("path,split\np/a.png,some\n", "the split 'some' in line 2")]
    [InlineData("path,label\n", "no line behind")]
    [InlineData("", "no column of images")]
    public void A_table_that_lacks_something_is_refused(string text, string said)
    {
        _folder.Write("table.csv", text);
        Assert.Contains(said, _folder.Error("table.csv"), StringComparison.Ordinal);
    }
}
