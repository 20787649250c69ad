using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Prepares batches on a thread of its own while the network trains on earlier ones, and measures how long training had to wait.</summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly IViewSource _source;
    private readonly ViewBatch[] _batches;

    /// <param name="source">Where views come from.</param>
    /// <param name="batchSize">Rows a batch.</param>
    /// <param name="pinned">Whether batches lie in locked memory, for a CUDA device.</param>
    /// <param name="ahead">Batches that may be ready before they are asked for, at least 1. Two even out slow images; more only costs memory.</param>
    public BatchPrefetcher(IViewSource source, int batchSize, bool pinned = false, int ahead = 2)
    {
        _source = source;
        // One more than may wait: the one that training holds.
        _batches = [.. Enumerable.Range(0, ahead + 1).Select(_ => new ViewBatch(source.ViewSizes, batchSize, source.Labels is not null, pinned))];
    }

    /// <summary>Time that the consumer of <see cref="Epoch"/> has stood still since the epoch began.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The batches of one epoch. A batch is valid until the next one is asked for.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="skipped">Batches to leave out at its beginning: those that training had before it was interrupted.</param>
    public IEnumerable<ViewBatch> Epoch(long epoch, int skipped = 0)
    {
        Waited = TimeSpan.Zero;
        using var stop = new CancellationTokenSource();
        using var free = new BlockingCollection<ViewBatch>(new ConcurrentQueue<ViewBatch>(_batches));
        using var ready = new BlockingCollection<ViewBatch>();
        Task producer = Task.Factory.StartNew(() => Produce(epoch, skipped, free, ready, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (true)
            {
                long started = Stopwatch.GetTimestamp();
                bool more = ready.TryTake(out ViewBatch? batch, Timeout.Infinite);
                Waited += Stopwatch.GetElapsedTime(started);
                if (!more)
                    break;
                yield return batch!;
                free.Add(batch!);
            }

            producer.GetAwaiter().GetResult();
        }
        finally
        {
            // Also reached when the consumer leaves early; the producer must be gone before its batches are reused.
            stop.Cancel();
            ((IAsyncResult)producer).AsyncWaitHandle.WaitOne();
        }
    }

    public void Dispose()
    {
        foreach (ViewBatch batch in _batches)
            batch.Dispose();
    }

    private void Produce(long epoch, int skipped, BlockingCollection<ViewBatch> free, BlockingCollection<ViewBatch> ready, CancellationToken stop)
    {
        try
        {
            using IViewEpochReader reader = _source.Open(epoch);
            for (int i = 0; i < skipped && !stop.IsCancellationRequested; i++)
                reader.Skip(_batches[0]);
            while (free.TryTake(out ViewBatch? batch, Timeout.Infinite, stop) && reader.Fill(batch))
                ready.Add(batch, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}
