using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What loading the images of a folder costs and keeps, predicted by the formulas in docs/scaling.md and measured: one process a folder, so that memory is its own.</summary>
internal static class LoadingScale
{
    private const int BatchSize = 256, Classes = 100;
    private const double Mebibyte = 1 << 20;

    public static int Measure(string folder, int side)
    {
        Seams.TorchRuntime.EnsureLoaded();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ImageFile[] files = ImageFolder.Find(folder, recursive: true);
        long images = files.Length;
        Bytes("file list", files.Sum(f => 48L + Text(f.Path) + Text(f.RelativePath)), GC.GetTotalMemory(forceFullCollection: true) - before);

        long start = GC.GetAllocatedBytesForCurrentThread();
        int[] order = EpochOrder.Shuffle(seed: 1, epoch: 0, files.Length);
        Bytes("order of an epoch", 4 * images, GC.GetAllocatedBytesForCurrentThread() - start);
        GC.KeepAlive(order);

        IDataView labelled = new MLContext().Data.LoadFromEnumerable(files.Select((_, i) => new Row { Label = i % Classes }));
        before = GC.GetTotalMemory(forceFullCollection: true);
        RowLabels labels = RowLabels.Read(labelled, labelled.Schema[nameof(Row.Label)], CancellationToken.None);
        Bytes("row labels", 36 * images, GC.GetTotalMemory(forceFullCollection: true) - before);
        GC.KeepAlive(labels);

        UnitCosts costs = UnitCosts.Measure(files.Select(f => f.Path), side);
        long clock = Stopwatch.GetTimestamp();
        var entries = new ImageFileEntry[files.Length];
        Parallel.For(0, entries.Length, i => entries[i] = ImageFileIndex.Inspect(files[i].Path, shorterSide: null, out _));
        Seconds("headers", images * costs.Header / Environment.ProcessorCount, clock);
        var index = new ImageFileIndex(ImmutableCollectionsMarshal.AsImmutableArray(entries), shorterSide: null);
        Load(files, index, costs, side);
        return 0;
    }

    private static void Load(ImageFile[] files, ImageFileIndex index, UnitCosts costs, int side)
    {
        long images = files.Length, batches = images / BatchSize, pixels = index.Entries.Sum(e => e.Size.Area * 3);
        using IChannel channel = ((IHostEnvironment)new MLContext()).Register(nameof(LoadingScale)).Start(nameof(Load));
        using var store = new ImageStore();
        using var stored = new StoredImages(
            [.. Enumerable.Range(0, files.Length).Select(i => new DataViewRowId((ulong)i, 0))], index, store, new ImageErrors(UnreadableImages.Throw, channel), channel);
        int threads = Math.Max(1, Environment.ProcessorCount / 2);
        ViewPlan plan = Plans.Full(new RandomResizedCrop { OutputSize = new(side, side) });
        using var source = new StoredViewSource(stored, plan, [0, 1], PixelNormalization.ImageNet, orderSeed: 1, threads);
        using var batch = new ViewBatch(source.ViewSizes, BatchSize);
        long resident = Resident();
        foreach ((string name, double perImage) in new[] { ("first epoch of loading", costs.Decode + (2 * costs.View)), ("later epoch of loading", 2 * costs.View) })
        {
            long clock = Stopwatch.GetTimestamp();
            using IViewEpochReader reader = source.Open(epoch: 0);
            while (reader.Fill(batch))
            {
            }

            Seconds(name, batches * BatchSize * perImage / threads, clock);
        }

        // Beside the pixels, the store has an object and a reference for each image.
        Bytes("store in memory, resident", (pixels * batches * BatchSize / images) + (48 * images), Resident() - resident);
        string path = Path.Combine(Path.GetDirectoryName(files[0].Path)!, "scaling.store");
        using (MappedImageStore mapped = MappedImageStore.Create(path, index))
        {
            for (int row = 0; row < files.Length; row++)
            {
                if (store.TryGet(row, out RgbImage image))
                    mapped.TryAdd(row, image);
            }

            mapped.Complete();
        }

        Bytes("store in a file", pixels + (16 * images) + 64, new FileInfo(path).Length);
        File.Delete(path);
    }

    /// <summary>A string in memory: 22 bytes and 2 a character, in whole words.</summary>
    private static long Text(string text) => (22 + (2 * text.Length) + 7) / 8 * 8;

    private static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Bytes(string name, double predicted, double measured) => ScalingRun.Line(name, "MiB", predicted / Mebibyte, measured / Mebibyte);

    private static void Seconds(string name, double predicted, long clock) => ScalingRun.Line(name, "s", predicted, Stopwatch.GetElapsedTime(clock).TotalSeconds);

    private sealed class Row
    {
        public float Label { get; set; }
    }
}
