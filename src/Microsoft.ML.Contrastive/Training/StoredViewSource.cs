using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The fast path: every image is decoded once into a store; each epoch samples recipes and renders them straight into the batch, in
/// parallel, with no cursor in the loop.
/// </summary>
/// <param name="images">The images.</param>
/// <param name="plan">How all views of a row are made: sampled together, which is where a joint distribution lives.</param>
/// <param name="views">Which view of the plan becomes which view of the batch.</param>
/// <param name="normalization">How pixels are scaled.</param>
/// <param name="orderSeed">Seed of the order of the rows.</param>
/// <param name="renderThreads">Threads that render.</param>
/// <param name="labels">The rows' labels, or <see langword="null"/>.</param>
internal sealed class StoredViewSource(
    StoredImages images, ViewPlan plan, int[] views, PixelNormalization normalization, ulong orderSeed, int renderThreads, RowLabels? labels = null) : IViewSource
{
    private readonly ConcurrentBag<Worker> _workers = [];

    public int RowCount => images.Count;

    public IReadOnlyList<ImageSize> ViewSizes { get; } = [.. views.Select(plan.OutputSize)];

    public RowLabels? Labels => labels;

    /// <summary>The boxes that the plan's crops ask for.</summary>
    public HeatMapBoxes? HeatMaps => plan.HeatMaps;

    /// <summary>The box of each row; <see langword="null"/> while there are none.</summary>
    public ImageRegion[]? Regions { get; set; }

    public void AddTo(IncrementalHash hash)
    {
        for (int row = 0; row < images.Count; row++)
        {
            RgbImage image = images[row];
            hash.AppendData(MemoryMarshal.AsBytes([images.Ids[row].High, images.Ids[row].Low, (ulong)image.Width, (ulong)image.Height]));
            hash.AppendData(image.Pixels);
        }
    }

    public IViewEpochReader Open(long epoch) => new Reader(this, epoch);

    public void Dispose() => images.Dispose();

    /// <summary>The same images as a whole, each brought to one size: it lives as long as this source.</summary>
    public StoredViewSource WholeImages(ImageSize size)
    {
        ViewPlan whole = ViewPlan.Create(seed: 0, ["Whole"]).Append(new IndependentCrop { OutputSize = size, Scale = (1, 1) });
        return new StoredViewSource(images, whole, [0], normalization, orderSeed, renderThreads);
    }

    /// <summary>Renders all views of one row.</summary>
    public void Render(int row, long epoch, ViewBatch batch, int batchRow)
    {
        Worker worker = RentWorker();
        Render(row, epoch, batch, batchRow, worker);
        _workers.Add(worker);
    }

    private void Render(int row, long epoch, ViewBatch batch, int batchRow, Worker worker)
    {
        RgbImage image = images[row];
        plan.Sample(plan.KeyOf(epoch, images.Ids[row].Low, images.Ids[row].High), new ImageSize(image.Width, image.Height), worker.Recipes, Regions?[row]);
        for (int i = 0; i < views.Length; i++)
            worker.Renderer.Render(image, worker.Recipes[views[i]], normalization, batch.Pixels(i, batchRow));
    }

    private Worker RentWorker() => _workers.TryTake(out Worker? worker) ? worker : new Worker(plan.ViewNames.Length);

    private sealed class Reader(StoredViewSource source, long epoch) : IViewEpochReader
    {
        private readonly int[] _order = EpochOrder.Shuffle(source.OrderSeed, epoch, source.RowCount);
        private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = source.RenderThreads };
        private int _next;

        public bool Fill(ViewBatch batch)
        {
            if (_next + batch.BatchSize > _order.Length)
                return false;
            int first = _next;
            _next += batch.BatchSize;
            Parallel.For(0, batch.BatchSize, _parallel, source.RentWorker, (i, _, worker) =>
            {
                int row = _order[first + i];
                source.Render(row, epoch, batch, i, worker);
                if (source.Labels is { } labels)
                    batch.Labels[i] = labels[source.Ids[row]];
                return worker;
            }, source._workers.Add);
            return true;
        }

        public void Skip(ViewBatch scratch) => _next += scratch.BatchSize;

        public void Dispose()
        {
        }
    }

    private DataViewRowId[] Ids => images.Ids;

    private ulong OrderSeed => orderSeed;

    private int RenderThreads => renderThreads;

    /// <summary>What a rendering thread needs for itself.</summary>
    private sealed class Worker(int views)
    {
        public ViewRenderer Renderer { get; } = new();

        public ViewRecipe[] Recipes { get; } = new ViewRecipe[views];
    }
}
