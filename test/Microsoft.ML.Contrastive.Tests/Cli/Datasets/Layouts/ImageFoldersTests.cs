using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Layouts;

public sealed class ImageFoldersTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Class_folders_are_labels_but_unlabelled_ones()
    {
        _folder.WriteImages("dogs/1.png", "cats/2.JPG", "cats/deep/3.png", "unlabeled/4.png", "beside.png", ".hidden/5.png", "cats/.6.png");
        _folder.Write("dogs/notes.txt", "none");
        _folder.Write("dogs/hashed", DatasetFolder.Png());
        using Dataset dataset = _folder.Open();
        Assert.Equal("class-folders", dataset.Format);
        Assert.Equal(["cats", "dogs"], dataset.ClassNames);
        Assert.Equal(["beside.png  train", "cats/2.JPG cats train", "cats/deep/3.png cats train", "dogs/1.png dogs train", "dogs/hashed dogs train", "unlabeled/4.png  unlabeled"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal(["train", "unlabeled"], dataset.Splits);
        Assert.Equal((6, 4, 1), (dataset.Count, dataset.LabelledCount, dataset.CountOf("unlabeled")));
        Assert.Contains(dataset.Notes, note => note.Contains("1 images lie beside the class folders", StringComparison.Ordinal));
        Assert.Contains(dataset.Notes, note => note.StartsWith("1 hidden file", StringComparison.Ordinal));
        Assert.Contains(dataset.Notes, note => note.StartsWith("1 file that is no image", StringComparison.Ordinal));
        Assert.Equal([4], DatasetRow.Pixels(dataset.Rows).Take(1).Select(pixel => (int)pixel.Red));
    }

    [Fact]
    public void Folders_of_splits_are_found_below_the_only_folder()
    {
        _folder.WriteImages("set/train/b/1.png", "set/train/a/2.png", "set/val/a/3.png", "set/unlabelled/x/4.png", "set/train/unlabeled/5.png", "set/masks/6.png", "set/test/7.png");
        using Dataset dataset = _folder.Open();
        Assert.Equal("split-folders", dataset.Format);
        Assert.Equal(["train", "val", "test", "unlabeled"], dataset.Splits);
        Assert.Equal(
            ["set/test/7.png  test", "set/train/a/2.png a train", "set/train/b/1.png b train", "set/train/unlabeled/5.png  unlabeled", "set/unlabelled/x/4.png  unlabeled", "set/val/a/3.png a val"],
            DatasetRow.Of(dataset, _folder.Path));
        Assert.Contains(dataset.Notes, note => note.Contains("outside of the folders of splits", StringComparison.Ordinal) && note.Contains("masks/6.png", StringComparison.Ordinal));
        IDataView chosen = dataset.RowsOf("val", "test");
        Assert.Equal(["", "a"], DatasetRow.Read(chosen).Select(row => row.Label));
        Assert.Equal([6, 2], DatasetRow.Pixels(chosen).Select(pixel => (int)pixel.Red));
    }

    [Theory]
    [InlineData("1.png", "2.png")]
    [InlineData("photos/1.png", "photos/2.png")]
    [InlineData("photos/1.png", "2.png")]
    public void Images_without_classes_have_no_labels(params string[] names)
    {
        _folder.WriteImages(names);
        using Dataset dataset = _folder.Open();
        Assert.Equal("image-folder", dataset.Format);
        Assert.Empty(dataset.ClassNames);
        Assert.Equal((2, 0), (dataset.Count, dataset.LabelledCount));
    }

    [Fact]
    public void A_named_format_overrules_what_would_be_recognised()
    {
        _folder.WriteImages("a/1.png", "b/2.png");
        using Dataset dataset = _folder.Open(format: "image-folder");
        Assert.Empty(dataset.ClassNames);
        Assert.Contains(dataset.Notes, note => note.Contains("not taken for classes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_class_that_may_not_be_read_is_named()
    {
        _folder.WriteImages("a/1.png", "b/2.png", "c/3.png");
        Exception? error = Unprivileged.Error(_folder.Path, [_folder["b"]], () => _folder.Open().Dispose());
        Assert.Contains($"'{_folder["b"]}'", Assert.IsType<UnauthorizedAccessException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_back_up_is_not_followed()
    {
        _folder.WriteImages("a/1.png", "b/2.png");
        Directory.CreateSymbolicLink(_folder["a/loop"], _folder.Path);
        using Dataset dataset = _folder.Open();
        Assert.Equal(2, dataset.Count);
    }
}
