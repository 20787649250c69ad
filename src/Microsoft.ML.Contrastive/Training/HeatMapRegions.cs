using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// ContrastiveCrop's boxes in training: before the epochs that ask for it, all images go through the encoder in evaluation mode, and the view source gets a region for each. The
/// regions are a buffer of the method, and so part of its state: a checkpoint holds them, whether or not it was taken where they were made.
/// </summary>
internal sealed class HeatMapRegions : IDisposable
{
    private const int EncodedTogether = 64;

    private readonly HeatMapBoxes _boxes;
    private readonly StoredViewSource _views, _images;
    private readonly TrainingModule _method;
    private readonly ImageSize _size;
    private readonly Device _device;
    private readonly ViewBatch _batch;

    // [rows, 4]: top, left, bottom, right; 0 throughout before the first update.
    private readonly Tensor _regions;

    private HeatMapRegions(HeatMapBoxes boxes, StoredViewSource views, TrainingModule method, ImageSize size, Device device)
    {
        (_boxes, _views, _method, _size, _device) = (boxes, views, method, size, device);
        _images = views.WholeImages(size);
        _batch = new ViewBatch([size], EncodedTogether);
        _regions = zeros(views.RowCount, 4, ScalarType.Float32).DetachFromDisposeScope();
        method.register_buffer("heat_map_regions", _regions);
    }

    /// <summary>What the views' crops ask for; <see langword="null"/> for nothing.</summary>
    /// <exception cref="ArgumentException">The backbone has no feature map.</exception>
    public static HeatMapBoxes? Requested(IEnumerable<DataViewSchema.Column> views, Backbone backbone)
    {
        HeatMapBoxes? boxes = Requested(views);
        return boxes is null || backbone.HasFeatureMap
            ? boxes
            : throw new ArgumentException(
                $"The views' crop has HeatMaps, which are made from the last feature map of a convolutional network; {backbone.Name} has none. Use a ResNet, or set HeatMaps "
                    + "= null.");
    }

    /// <inheritdoc cref="Requested(IEnumerable{DataViewSchema.Column}, Backbone)"/>
    public static HeatMapBoxes? Requested(IEnumerable<DataViewSchema.Column> views) => views
        .Select(v => ViewPlanAnnotation.TryGet(v, out ViewColumnPlan? column) ? column.Plan.HeatMaps : null)
        .FirstOrDefault(boxes => boxes is not null);

    /// <summary>Prepares the boxes of a training; <see langword="null"/> when the views ask for none.</summary>
    /// <param name="source">Where the views come from: the store, which <see cref="ViewSources"/> has seen to.</param>
    /// <param name="method">The method, on its device.</param>
    /// <param name="size">Size of the images that the encoder reads.</param>
    /// <param name="device">Where the method is.</param>
    public static HeatMapRegions? Of(IViewSource source, TrainingModule method, ImageSize size, Device device) =>
        source is StoredViewSource { HeatMaps: { } boxes } stored ? new HeatMapRegions(boxes, stored, method, size, device) : null;

    /// <summary>Makes the boxes before an epoch that begins, where they are due, and hands them to the view source.</summary>
    public void Before(TrainingProgress at)
    {
        if (at.StepInEpoch == 0 && _boxes.IsDue(at.Epoch))
            Update();
        if (at.Epoch >= _boxes.EveryEpochs)
            _views.Regions = Saved();
    }

    public void Dispose() => _batch.Dispose();

    private void Update()
    {
        _method.eval();
        using var noGradients = no_grad();
        for (int first = 0; first < _views.RowCount; first += EncodedTogether)
        {
            using DisposeScope scope = NewDisposeScope();
            int start = first, rows = Math.Min(EncodedTogether, _views.RowCount - first);
            Parallel.For(0, rows, i => _images.TryRender(start + i, epoch: 0, _batch, i));
            Tensor maps = _method.Encoder.FeatureMap(_batch.Views[0].narrow(0, 0, rows).to(_device)).sum(1).cpu().contiguous();
            var mapSize = new ImageSize((int)maps.shape[2], (int)maps.shape[1]);
            float[] values = maps.data<float>().ToArray();
            Parallel.For(0, rows, i => Store(start + i, ImageRegion.FromHeatMap(values.AsSpan(i * (int)mapSize.Area, (int)mapSize.Area), mapSize, _size, _boxes.Threshold)));
        }
    }

    private Span<float> Values => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(_regions.bytes);

    private void Store(int row, ImageRegion region) => new[] { (float)region.Top, (float)region.Left, (float)region.Bottom, (float)region.Right }.CopyTo(Values.Slice(row * 4, 4));

    private ImageRegion[] Saved()
    {
        Span<float> values = Values;
        var regions = new ImageRegion[_views.RowCount];
        for (int row = 0; row < regions.Length; row++)
            regions[row] = new(values[row * 4], values[(row * 4) + 1], values[(row * 4) + 2], values[(row * 4) + 3]);
        return regions;
    }
}
