using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Chooses where a training's views come from: the image store where every view column carries its plan, cursors otherwise.</summary>
internal static class ViewSources
{
    /// <summary>Rows on which the two paths are compared before the first epoch.</summary>
    private const int RowsCompared = 4;

    public static IViewSource Open(
        IDataView data, DataViewSchema.Column[] views, TrainingOptions options, ulong seed, Device device, ImageErrors errors, IChannel channel, RowLabels? labels = null)
    {
        IViewSource? stored = OpenStored(data, views, options, seed, device, errors, channel, labels);
        if (stored is null && HeatMapRegions.Requested(views) is not null)
            throw new InvalidOperationException($"The views' crop has HeatMaps, whose boxes only views that the trainer renders from stored images can follow; the log says why these are read through cursors. Mend that (often a larger {nameof(options.MaximumStoreBytes)}), or set HeatMaps = null.");
        if (stored is null && !data.CanShuffle)
            channel.Warning(MessageSensitivity.None, "{0}", "The rows cannot be shuffled, so every epoch has them in the same order and a folder sorted by class gives batches of one class. Load them with LoadImagesFromFolder, or put mlContext.Data.ShuffleRows before the images are loaded.");
        return stored ?? new CursorViewSource(data, views, options.Normalization, seed, errors, labels);
    }

    private static StoredViewSource? OpenStored(
        IDataView data, DataViewSchema.Column[] views, TrainingOptions options, ulong seed, Device device, ImageErrors errors, IChannel channel, RowLabels? labels)
    {
        if (!ViewPlanMerge.TryFind(data.Schema, options.ViewColumnNames, out ViewPlan? plan, out int[] inPlan, out DataViewSchema.Column image, out string obstacle))
        {
            channel.Info(MessageSensitivity.None, "{0}", $"Views are read through cursors in every epoch, which is slower than rendering them from stored images: {obstacle}.");
            return null;
        }

        long maximum = options.MaximumStoreBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        StoredImages? images = StoredImages.Read(data, image, maximum, errors, options.CancellationToken);
        if (images is null)
        {
            channel.Warning(MessageSensitivity.None, "{0}", $"The decoded images need more than {maximum / (1 << 20)} MiB ({nameof(options.MaximumStoreBytes)}): they are decoded anew in every epoch, which is slower. Smaller images, or more memory, avoid it.");
            return null;
        }

        errors.Summarize(images.Count);
        if (images.OrientationWarning is { } warning)
            channel.Warning(MessageSensitivity.None, "{0}", warning);
        int threads = options.RenderThreads ?? (device.type == DeviceType.CPU ? Math.Max(1, Environment.ProcessorCount / 2) : Environment.ProcessorCount);
        var source = new StoredViewSource(images, plan, inPlan, options.Normalization, seed, threads, labels);
        if (Agrees(source, images, data, views, options))
            return source;
        channel.Warning(MessageSensitivity.None, "{0}", "The view columns differ from what their plan renders: a step in between has replaced images or views. They are read through cursors in every epoch, which is slower.");
        source.Dispose();
        return null;
    }

    /// <summary>Renders the first rows by both paths and compares them to the bit.</summary>
    private static bool Agrees(StoredViewSource stored, StoredImages images, IDataView data, DataViewSchema.Column[] views, TrainingOptions options)
    {
        int rows = Math.Min(RowsCompared, images.Count);
        if (rows == 0)
            return true;
        using var fromStore = new ViewBatch(stored.ViewSizes, 1);
        using var fromColumns = new ViewBatch(stored.ViewSizes, 1);
        using var reader = new CursorViewReader(data, views, stored.ViewSizes, options.Normalization, epoch: 0, shuffle: null);
        for (int compared = 0; compared < rows && reader.MoveNext();)
        {
            // Rows whose image is unreadable are not in the store; their views cannot be read either.
            int row = images.IndexOf(reader.Id);
            if (row < 0)
                continue;
            reader.Read(fromColumns, 0);
            stored.Render(row, epoch: 0, fromStore, 0);
            for (int view = 0; view < views.Length; view++)
            {
                if (!fromStore.Pixels(view, 0).SequenceEqual(fromColumns.Pixels(view, 0)))
                    return false;
            }

            compared++;
        }

        return true;
    }
}
