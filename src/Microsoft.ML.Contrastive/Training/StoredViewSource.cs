using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The fast path: images come from a store, or from their files; each epoch samples recipes and renders them straight into the batch, in
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

    public void AddTo(IncrementalHash hash) => images.AddTo(hash);

    public IViewEpochReader Open(long epoch) => new Reader(this, epoch);

    public void Dispose() => images.Dispose();

    /// <summary>The same images as a whole, each brought to one size: it lives as long as this source.</summary>
    public StoredViewSource WholeImages(ImageSize size)
    {
        ViewPlan whole = ViewPlan.Create(seed: 0, ["Whole"]).Append(new IndependentCrop { OutputSize = size, Scale = (1, 1) });
        return new StoredViewSource(images, whole, [0], normalization, orderSeed, renderThreads);
    }

    /// <summary>Renders all views of one row.</summary>
    /// <returns>False where its image cannot be decoded.</returns>
    public bool TryRender(int row, long epoch, ViewBatch batch, int batchRow)
    {
        Worker worker = RentWorker();
        bool rendered = TryRender(row, epoch, batch, batchRow, worker);
        _workers.Add(worker);
        return rendered;
    }

    /// <summary>Renders all views of an image that is at hand, as those of a row.</summary>
    public void Render(RgbImage image, DataViewRowId id, long epoch, ViewBatch batch, int batchRow)
    {
        Worker worker = RentWorker();
        Render(image, id, region: null, epoch, batch, batchRow, worker);
        _workers.Add(worker);
    }

    private bool TryRender(int row, long epoch, ViewBatch batch, int batchRow, Worker worker)
    {
        if (!images.TryRead(row, worker.Decoder, out RgbImage image))
            return false;
        Render(image, images.Ids[row], Regions?[row], epoch, batch, batchRow, worker);
        if (labels is not null)
            batch.Labels[batchRow] = labels[images.Ids[row]];
        return true;
    }

    private void Render(RgbImage image, DataViewRowId id, ImageRegion? region, long epoch, ViewBatch batch, int batchRow, Worker worker)
    {
        plan.Sample(plan.KeyOf(epoch, id.Low, id.High), new ImageSize(image.Width, image.Height), worker.Recipes, region);
        for (int i = 0; i < views.Length; i++)
            worker.Renderer.Render(image, worker.Recipes[views[i]], normalization, batch.Pixels(i, batchRow));
    }

    private Worker RentWorker() => _workers.TryTake(out Worker? worker) ? worker : new Worker(plan.ViewNames.Length, images.CreateDecoder());

    /// <summary>
    /// Rows in the epoch's order, each decoded here when it is met for the first time. One that cannot be decoded gives its place in the batch to the next row of the
    /// order: batches do not depend on when that is found out.
    /// </summary>
    private sealed class Reader(StoredViewSource source, long epoch) : IViewEpochReader
    {
        private readonly int[] _order = EpochOrder.Shuffle(source.OrderSeed, epoch, source.RowCount);
        private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = source.RenderThreads };
        private int _next;
        private bool _ended;

        public bool Fill(ViewBatch batch) => Take(batch.BatchSize, (row, place, worker) => source.TryRender(row, epoch, batch, place, worker));

        /// <summary>Which rows a batch holds depends on which images can be decoded: those that never were are.</summary>
        public void Skip(ViewBatch scratch) => Take(scratch.BatchSize, (row, _, worker) => source.Images.TryRead(row, worker.Decoder, out RgbImage _));

        public void Dispose()
        {
        }

        private bool Take(int count, Func<int, int, Worker, bool> read)
        {
            int first = _next;
            if (first + count > _order.Length)
                return End();
            _next += count;
            var unreadable = new ConcurrentBag<int>();
            ForEach(count, (place, worker) =>
            {
                if (!read(_order[first + place], place, worker))
                    unreadable.Add(place);
            });
            Worker filling = source.RentWorker();
            foreach (int place in unreadable.Order())
            {
                do
                {
                    if (_next == _order.Length)
                        return End();
                }
                while (!read(_order[_next++], place, filling));
            }

            source._workers.Add(filling);
            return true;
        }

        /// <summary>The rows that make no batch are only missing in a file that later trainings are to use.</summary>
        private bool End()
        {
            if (_ended)
                return false;
            _ended = true;
            int first = _next;
            if (source.Images.IsFilling)
                ForEach(_order.Length - first, (i, worker) => source.Images.TryRead(_order[first + i], worker.Decoder, out _));
            source.Images.EndEpoch();
            return false;
        }

        private void ForEach(int count, Action<int, Worker> body)
        {
            try
            {
                Parallel.For(0, count, _parallel, source.RentWorker, (i, _, worker) =>
                {
                    body(i, worker);
                    return worker;
                }, source._workers.Add);
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }
    }

    private StoredImages Images => images;

    private ulong OrderSeed => orderSeed;

    private int RenderThreads => renderThreads;

    /// <summary>What a rendering thread needs for itself.</summary>
    private sealed class Worker(int views, ImageDecoder decoder)
    {
        public ImageDecoder Decoder => decoder;

        public ViewRenderer Renderer { get; } = new();

        public ViewRecipe[] Recipes { get; } = new ViewRecipe[views];
    }
}
