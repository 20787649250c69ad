using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Training;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class MonitoredPairsTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 6);
    private readonly MLContext _context = new(seed: 1);
    private readonly EncoderNetwork _network;

    public MonitoredPairsTests()
    {
        _network = new EncoderNetwork(Backbone.Parse("resnet10-cifar-w0.125").Create(), PixelNormalization.ImageNet, new ImageSize(24, 24), torch.CPU);
        _network.Backbone.eval();
    }

    public void Dispose()
    {
        _folder.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void Alignment_is_the_mean_squared_distance_of_views_of_one_image()
    {
        using IViewSource source = Stored();
        using var batch = new ViewBatch(source.ViewSizes, 12);
        using IViewEpochReader reader = source.Open(long.MaxValue);
        Assert.True(reader.Fill(batch));
        var expected = Enumerable.Range(0, 12).Average(row => Unit(batch.Views[0], row).Zip(Unit(batch.Views[1], row), (x, y) => (x - y) * (x - y)).Sum());
        Assert.InRange(expected, 1e-4, 4);
        Assert.Equal(expected, new MonitoredPairs(source, 100).Alignment(_network), 1e-6);
    }

    [Fact]
    public void It_looks_at_the_same_views_of_the_same_rows_again_whatever_was_trained_on_meanwhile()
    {
        using IViewSource source = Stored();
        var pairs = new MonitoredPairs(source, 7);
        double before = pairs.Alignment(_network);
        using (var batch = new ViewBatch(source.ViewSizes, 3))
        using (IViewEpochReader epoch = source.Open(4))
            Assert.True(epoch.Fill(batch));
        Assert.Equal(before, pairs.Alignment(_network));
        Assert.NotEqual(before, new MonitoredPairs(source, 8).Alignment(_network));
    }

    [Fact]
    public void Both_paths_measure_the_same()
    {
        using IViewSource stored = Stored();
        using IViewSource cursors = TrainingViews.OpenCursors(_context, Views());
        Assert.Equal(new MonitoredPairs(stored, 12).Alignment(_network), new MonitoredPairs(cursors, 12).Alignment(_network), 1e-6);
    }

    [Fact]
    public void An_unreadable_image_is_no_obstacle_on_the_general_path()
    {
        _folder.AddCorrupt();
        using IViewSource cursors = TrainingViews.OpenCursors(_context, TrainingViews.Of(_context, _context.Contrastive().LoadImagesFromFolder(_folder.Path)));
        Assert.InRange(new MonitoredPairs(cursors, 6).Alignment(_network), 1e-4, 4);
    }

    private IDataView Views() => TrainingViews.Of(_context, _folder.Rows(_context));

    private IViewSource Stored() => TrainingViews.Open(_context, Views());

    private double[] Unit(torch.Tensor views, int row)
    {
        float[] features = _network.Encode(views.narrow(0, row, 1));
        double norm = Math.Sqrt(features.Sum(f => (double)f * f));
        return [.. features.Select(f => f / norm)];
    }
}
