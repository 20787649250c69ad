using System.Collections.Concurrent;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The fast path: every image is decoded once into a store; each epoch samples recipes and renders them straight into the batch, in
/// parallel, with no cursor in the loop.
/// </summary>
internal sealed class StoredViewSource(
    StoredImages images, IReadOnlyList<PlannedViews> plans, PixelNormalization normalization, ulong orderSeed, int renderThreads) : IViewSource
{
    private readonly ConcurrentBag<Worker> _workers = [];

    public int RowCount => images.Count;

    public IReadOnlyList<ImageSize> ViewSizes { get; } = SizesInBatchOrder(plans);

    public IViewEpochReader Open(long epoch) => new Reader(this, epoch);

    public void Dispose() => images.Dispose();

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
        foreach (PlannedViews planned in plans)
        {
            Span<ViewRecipe> recipes = worker.Recipes(planned.Plan.ViewNames.Length);
            RowKey key = planned.Plan.KeyOf(epoch, images.Ids[row].Low, images.Ids[row].High);
            planned.Plan.Sample(key, new ImageSize(image.Width, image.Height), recipes);
            foreach ((int inPlan, int inBatch) in planned.Views)
                worker.Renderer.Render(image, recipes[inPlan], normalization, batch.Pixels(inBatch, batchRow));
        }
    }

    private static ImageSize[] SizesInBatchOrder(IReadOnlyList<PlannedViews> plans) =>
        [.. plans.SelectMany(p => p.Views.Select(v => (v.InBatch, Size: p.Plan.OutputSize(v.InPlan)))).OrderBy(v => v.InBatch).Select(v => v.Size)];

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
                source.Render(_order[first + i], epoch, batch, i, worker);
                return worker;
            }, source._workers.Add);
            return true;
        }

        public void Dispose()
        {
        }
    }

    private ulong OrderSeed => orderSeed;

    private int RenderThreads => renderThreads;

    private Worker RentWorker() => _workers.TryTake(out Worker? worker) ? worker : new Worker();

    /// <summary>What a rendering thread needs for itself.</summary>
    private sealed class Worker
    {
        private ViewRecipe[] _recipes = [];

        public ViewRenderer Renderer { get; } = new();

        public Span<ViewRecipe> Recipes(int count)
        {
            if (_recipes.Length < count)
                _recipes = new ViewRecipe[count];
            return _recipes.AsSpan(0, count);
        }
    }
}

/// <summary>The views of a batch that one plan makes.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Views">Which view of the plan becomes which view of the batch.</param>
internal sealed record PlannedViews(ViewPlan Plan, IReadOnlyList<(int InPlan, int InBatch)> Views);
