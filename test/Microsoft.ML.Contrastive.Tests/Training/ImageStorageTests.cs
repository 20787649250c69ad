using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>Wherever decoded images are kept, batches are the same; and nothing waits for images that are not needed yet.</summary>
public sealed class ImageStorageTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 6);
    private readonly string _stores = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly MLContext _context = new(seed: 1);
    private readonly List<string> _log = [];

    public ImageStorageTests() => _context.Log += (_, e) => _log.Add(e.Message);

    private string[] Stores => Directory.GetFiles(_stores);

    public void Dispose()
    {
        _folder.Dispose();
        Directory.Delete(_stores, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batches_are_the_same_to_the_bit_wherever_images_are_kept(bool someCannotBeDecoded)
    {
        if (someCannotBeDecoded)
            Damage(_folder.Files[1], _folder.Files[7]);
        float[][] memory = Epochs(ImageStorage.Memory);
        Assert.Equal(someCannotBeDecoded ? 6 : 8, memory.Length);
        Assert.Equal(memory, Epochs(ImageStorage.Streaming));
        Assert.Equal(memory, Epochs(ImageStorage.MappedFile));
        Assert.Single(Stores);
        Assert.DoesNotContain(_log, m => m.Contains("were found in", StringComparison.Ordinal));
        Assert.Equal(memory, Epochs(ImageStorage.MappedFile));
        Assert.Contains(_log, m => m.Contains("were found in", StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_is_there_before_later_images_are_decoded()
    {
        foreach (ImageStorage storage in (ImageStorage[])[ImageStorage.Memory, ImageStorage.MappedFile, ImageStorage.Streaming])
        {
            using IViewSource source = Open(storage);
            using var batch = new ViewBatch(source.ViewSizes, 3);
            using IViewEpochReader reader = source.Open(0);
            Assert.True(reader.Fill(batch));
            string[] files = _folder.Files;
            byte[][] contents = [.. files.Select(File.ReadAllBytes)];
            Array.ForEach(files, File.Delete);
            Assert.False(reader.Fill(batch), $"{storage}");
            foreach ((int i, string file) in files.Index())
                File.WriteAllBytes(file, contents[i]);
        }
    }

    [Theory]
    [InlineData(ImageStorage.Memory, true)]
    [InlineData(ImageStorage.MappedFile, true)]
    [InlineData(ImageStorage.Streaming, false)]
    public void What_is_kept_needs_no_file_any_more(ImageStorage storage, bool kept)
    {
        using IViewSource source = Open(storage);
        Assert.Equal(4, Batches(source, 0).Count());
        Array.ForEach(_folder.Files, File.Delete);
        if (kept)
            Assert.Equal(4, Batches(source, 1).Count());
        else
            Assert.Contains("None of the 12 images could be read", Assert.Throws<InvalidOperationException>(() => Batches(source, 1).Count()).Message, StringComparison.Ordinal);
    }

    /// <summary>Also the rows that make no batch: 12 images, batches of 5.</summary>
    [Fact]
    public void A_file_is_kept_once_the_first_epoch_is_over_and_holds_all_images()
    {
        using (IViewSource source = Open(ImageStorage.MappedFile))
        {
            Assert.EndsWith(".unfinished", Assert.Single(Stores), StringComparison.Ordinal);
            Assert.Equal(2, Batches(source, 0, size: 5).Count());
            Assert.EndsWith(".images", Assert.Single(Stores), StringComparison.Ordinal);
        }

        using IViewSource again = Open(ImageStorage.MappedFile);
        foreach (string file in _folder.Files)
            File.WriteAllText(file, "no image any more");
        Assert.Equal(4, Batches(again, 0).Count());
    }

    [Fact]
    public void A_file_is_made_anew_when_an_image_changes()
    {
        _ = Epochs(ImageStorage.MappedFile);
        File.Copy(_folder.Files[0], _folder.Files[11], overwrite: true);
        float[][] memory = Epochs(ImageStorage.Memory);
        Assert.Equal(memory, Epochs(ImageStorage.MappedFile));
        Assert.Single(Stores);
        Assert.Contains(_log, m => m.Contains("have changed since: it is made anew", StringComparison.Ordinal));
    }

    [Fact]
    public void A_training_that_ends_within_the_first_epoch_leaves_no_file()
    {
        using (IViewSource source = Open(ImageStorage.MappedFile))
            Assert.True(Batches(source, 0).Any());
        Assert.Empty(Stores);
    }

    [Fact]
    public void More_than_the_memory_allows_goes_to_the_file_or_is_refused_where_memory_was_asked_for()
    {
        using (IViewSource source = Open(ImageStorage.Automatic, o => o.MaximumStoreBytes = 5_000))
            Assert.Single(Stores);
        var refusal = Assert.Throws<InvalidOperationException>(() => Open(ImageStorage.Memory, o => o.MaximumStoreBytes = 5_000));
        Assert.Contains("MaximumStoreBytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_had_is_an_error_or_a_warning_by_what_was_asked_for()
    {
        string file = Path.Combine(_stores, "file");
        File.WriteAllText(file, "");
        var refusal = Assert.Throws<InvalidOperationException>(() => Open(ImageStorage.MappedFile, o => o.ImageStorePath = file));
        Assert.Contains("ImageStorePath", refusal.Message, StringComparison.Ordinal);
        using IViewSource source = Open(ImageStorage.Automatic, o => (o.ImageStorePath, o.MaximumStoreBytes) = (file, 0));
        Assert.Equal(4, Batches(source, 0).Count());
        Assert.Contains(_log, m => m.Contains("decoded anew in every epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void An_image_that_turns_out_unreadable_is_named_counted_or_thrown()
    {
        Damage(_folder.Files[1]);
        using (IViewSource source = Open(ImageStorage.Memory))
        {
            Assert.Equal(12, source.RowCount);
            Assert.Equal(3, Batches(source, 0).Count());
            Assert.Equal(3, Batches(source, 1).Count());
        }

        Assert.Single(_log, m => m.Contains(_folder.Files[1], StringComparison.Ordinal));
        Assert.Single(_log, m => m.Contains("1 of 12 images could not be read", StringComparison.Ordinal));
        using IViewSource throwing = TrainingViews.Open(
            _context, TrainingViews.Of(_context, _context.Contrastive().LoadImagesFromFolder(_folder.Path)), unreadable: UnreadableImages.Throw);
        Assert.Contains(_folder.Files[1], Assert.Throws<InvalidOperationException>(() => Batches(throwing, 0).Count()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageStorage.MappedFile)]
    [InlineData(ImageStorage.Streaming)]
    public void What_needs_files_is_refused_for_images_that_have_none(ImageStorage storage)
    {
        IDataView rows = _folder.Rows(_context);
        IDataView data = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.ConvertToGrayscale("Image"))
            .Append(_context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24)).Fit(rows).Transform(rows);
        var refusal = Assert.Throws<InvalidOperationException>(() => TrainingViews.Open(_context, data, options: new() { ImageStorage = storage }));
        Assert.Contains($"ImageStorage = {storage}", refusal.Message, StringComparison.Ordinal);
    }

    private IViewSource Open(ImageStorage storage, Action<ContrastivePretrainTrainer.Options>? set = null)
    {
        var options = new ContrastivePretrainTrainer.Options { ImageStorage = storage, ImageStorePath = _stores };
        set?.Invoke(options);
        return TrainingViews.Open(_context, TrainingViews.Of(_context, _context.Contrastive().LoadImagesFromFolder(_folder.Path)), options: options);
    }

    /// <summary>The batches of two epochs.</summary>
    private float[][] Epochs(ImageStorage storage)
    {
        using IViewSource source = Open(storage);
        Assert.IsType<StoredViewSource>(source);
        return [.. Batches(source, 0), .. Batches(source, 1)];
    }

    private static IEnumerable<float[]> Batches(IViewSource source, long epoch, int size = 3)
    {
        using var batch = new ViewBatch(source.ViewSizes, size);
        using IViewEpochReader reader = source.Open(epoch);
        while (reader.Fill(batch))
            yield return [.. Enumerable.Range(0, size).SelectMany(row => (float[])[.. batch.Pixels(0, row), .. batch.Pixels(1, row)])];
    }

    /// <summary>Leaves the header as it is and spoils what follows.</summary>
    private static void Damage(params string[] files)
    {
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            content.AsSpan(100).Fill(0xAA);
            File.WriteAllBytes(file, content);
        }
    }
}
