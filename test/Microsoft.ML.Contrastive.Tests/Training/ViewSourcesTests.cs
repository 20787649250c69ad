using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>The two ways from images to batches give the same pixels.</summary>
public sealed class ViewSourcesTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 6);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_made_by_our_steps_are_rendered_from_the_store()
    {
        using IViewSource source = Open(Views(_folder.Rows(_context)));
        Assert.IsType<StoredViewSource>(source);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Fast_and_general_path_give_the_same_pixels_row_by_row(long epoch)
    {
        IDataView data = Views(_folder.Rows(_context));
        AssertSame(ByPixels(Open(data), epoch), ByPixels(OpenCursors(data), epoch));
    }

    [Fact]
    public void Stock_steps_in_between_change_nothing()
    {
        IDataView data = Views(_folder.Rows(_context));
        IDataView between = _context.Transforms.CopyColumns("Copy", "Label")
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Label"))
            .Fit(data).Transform(data);
        between = _context.Data.TakeRows(between, 12);
        using IViewSource source = Open(between);
        Assert.IsType<StoredViewSource>(source);
        AssertSame(ByPixels(source, 3), ByPixels(OpenCursors(between), 3));
        AssertSame(ByPixels(Open(data), 3), ByPixels(OpenCursors(between), 3));
    }

    [Fact]
    public void Views_differ_from_epoch_to_epoch_on_both_paths()
    {
        IDataView data = Views(_folder.Rows(_context));
        Assert.NotEqual(ByPixels(Open(data), 0)[0], ByPixels(Open(data), 1)[0]);
        Assert.NotEqual(ByPixels(OpenCursors(data), 0)[0], ByPixels(OpenCursors(data), 1)[0]);
    }

    [Fact]
    public void Steps_on_some_of_the_views_take_the_fast_path_too()
    {
        IDataView data = Views(_folder.Rows(_context));
        IDataView extended = _context.Transforms.Solarize(["View2"], probability: 1).Fit(data).Transform(data);
        using IViewSource source = Open(extended);
        Assert.IsType<StoredViewSource>(source);
        AssertSame(ByPixels(source, 2), ByPixels(OpenCursors(extended), 2));
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        IDataView data = Views(_folder.Rows(_context));
        Assert.Equal(InOrder(Open(data, threads: 1), 2), InOrder(Open(data, threads: 2), 2));
    }

    [Fact]
    public void The_order_of_the_rows_changes_nothing_but_the_order()
    {
        IDataView data = Views(_folder.Rows(_context));
        IDataView shuffled = Views(_context.Data.ShuffleRows(_folder.Rows(_context), seed: 5));
        AssertSame(ByPixels(Open(data), 1), ByPixels(Open(shuffled), 1));
    }

    [Fact]
    public void Torch_reads_the_memory_that_views_are_rendered_into()
    {
        using IViewSource source = Open(Views(_folder.Rows(_context)));
        using var batch = new ViewBatch(source.ViewSizes, 12);
        TorchSharp.torch.Tensor[] seen = batch.To(TorchSharp.torch.CPU);
        using IViewEpochReader reader = source.Open(0);
        Assert.True(reader.Fill(batch));
        Assert.Equal(batch.Pixels(1, 11)[5], seen[1][11].flatten()[5].item<float>());
        Assert.NotEqual(0, batch.Pixels(1, 11)[5]);
    }

    [Fact]
    public void Views_replaced_by_a_foreign_step_are_read_through_cursors()
    {
        IDataView data = Views(_folder.Rows(_context));
        IDataView grey = _context.Transforms.ConvertToGrayscale("View2", "View2").Fit(data).Transform(data);
        using IViewSource source = Open(grey);
        Assert.IsType<CursorViewSource>(source);
        Assert.Equal(12, ByPixels(source, 0).Length);
    }

    /// <summary>The images are then not those of the files, and are read into memory; or not stored at all where they need too much.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(5_000L)]
    public void Images_changed_before_views_are_made_of_them_are_used_as_they_are(long? maximumStoreBytes)
    {
        var pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.ConvertToGrayscale("Image"))
            .Append(_context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24));
        IDataView rows = _folder.Rows(_context), data = pipeline.Fit(rows).Transform(rows);
        using IViewSource source = Open(data, options: new() { MaximumStoreBytes = maximumStoreBytes });
        Assert.Equal(maximumStoreBytes is null, source is StoredViewSource);
        AssertSame(ByPixels(source, 0), ByPixels(OpenCursors(data), 0));
    }

    [Fact]
    public void An_unreadable_image_is_left_out_on_both_paths()
    {
        _folder.AddCorrupt();
        IDataView data = Views(_context.Contrastive().LoadImagesFromFolder(_folder.Path));
        using IViewSource stored = Open(data);
        Assert.Equal(12, stored.RowCount);
        AssertSame(ByPixels(stored, 0), ByPixels(OpenCursors(data), 0));
    }

    /// <summary>Also when rows are shuffled, an image is left out and a label is missing. Red images are of class "a", blue ones of "b", the green one has no label.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Labels_stay_with_their_rows(bool stored)
    {
        var rows = new List<ImageFolder.Row> { new() { ImagePath = _folder.AddCorrupt(), Label = "a" } };
        foreach ((int i, SKColor color) in new[] { SKColors.Blue, SKColors.Red, SKColors.Lime, SKColors.Red, SKColors.Blue, SKColors.Red }.Index())
        {
            string path = Path.Combine(_folder.Path, $"color{i}.png");
            using var bitmap = new SKBitmap(32, 32);
            bitmap.Erase(color);
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(path, png.ToArray());
            rows.Add(new() { ImagePath = path, Label = color == SKColors.Red ? "a" : color == SKColors.Blue ? "b" : "" });
        }

        IDataView data = Views(_context.Data.ShuffleRows(_context.Data.LoadFromEnumerable(rows), seed: 3));
        RowLabels labels = RowLabels.Read(data, data.Schema["Label"], default);
        using IViewSource source = stored ? Open(data, labels: labels) : OpenCursors(data, labels);
        Assert.Equal(stored, source is StoredViewSource);
        Assert.Equal(["a", "b"], source.Labels!.ClassNames);
        using var batch = new ViewBatch(source.ViewSizes, 2, labelled: true);
        using IViewEpochReader reader = source.Open(1);
        var seen = new List<(float Red, float Green, float Blue, int Label)>();
        while (reader.Fill(batch))
        {
            foreach ((int row, int label) in batch.Labels.Index())
                seen.Add((batch.Pixels(0, row)[0], batch.Pixels(0, row)[24 * 24], batch.Pixels(0, row)[2 * 24 * 24], label));
        }

        Assert.Equal(6, seen.Count);
        Assert.All(seen, s => Assert.Equal(s.Red > Math.Max(s.Green, s.Blue) ? 0 : s.Blue > s.Green ? 1 : RowLabels.Missing, s.Label));
    }

    private IDataView Views(IDataView rows) => TrainingViews.Of(_context, rows);

    private IViewSource Open(IDataView data, int threads = 2, ContrastivePretrainTrainer.Options? options = null, RowLabels? labels = null) =>
        TrainingViews.Open(_context, data, threads, options, labels);

    private CursorViewSource OpenCursors(IDataView data, RowLabels? labels = null) => TrainingViews.OpenCursors(_context, data, labels);

    /// <summary>The pairs of an epoch in training order: both views of a row behind one another.</summary>
    private static float[][] InOrder(IViewSource source, long epoch)
    {
        var rows = new List<float[]>();
        using var batch = new ViewBatch(source.ViewSizes, 3);
        using IViewEpochReader reader = source.Open(epoch);
        while (reader.Fill(batch))
        {
            for (int row = 0; row < batch.BatchSize; row++)
                rows.Add([.. batch.Pixels(0, row), .. batch.Pixels(1, row)]);
        }

        return [.. rows];
    }

    /// <summary>The pairs of an epoch, sorted by their pixels, so that epochs of different order compare.</summary>
    private static float[][] ByPixels(IViewSource source, long epoch) =>
        [.. InOrder(source, epoch).OrderBy(p => p, Comparer<float[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];

    private static void AssertSame(float[][] expected, float[][] actual)
    {
        Assert.Equal(12, expected.Length);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"pair {i} differs");
    }
}
