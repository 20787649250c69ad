using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
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

    /// <summary>The first of them, among which there are usually as many that can be read.</summary>
    private const int RowsTried = 64;

    public static IViewSource Open(
        IDataView data, DataViewSchema.Column[] views, TrainingOptions options, ulong seed, Device device, ImageErrors errors, IChannel channel, RowLabels? labels = null)
    {
        IViewSource? stored = OpenStored(data, views, options, seed, device, errors, channel, labels);
        if (stored is null && HeatMapRegions.Requested(views) is not null)
            throw new InvalidOperationException(
                "The views' crop has HeatMaps, whose boxes only views that the trainer renders from stored images can follow; the log says why these are read through "
                    + "cursors. Mend that, or set HeatMaps = null.");
        if (stored is null && !data.CanShuffle)
            channel.Warning(
                MessageSensitivity.None, "{0}",
                "The rows cannot be shuffled, so every epoch has them in the same order and a folder sorted by class gives batches of one class. Load them with "
                    + "LoadImagesFromFolder, or put mlContext.Data.ShuffleRows before the images are loaded.");
        return stored ?? new CursorViewSource(data, views, options.Normalization, seed, errors, labels);
    }

    private static StoredViewSource? OpenStored(
        IDataView data, DataViewSchema.Column[] views, TrainingOptions options, ulong seed, Device device, ImageErrors errors, IChannel channel, RowLabels? labels)
    {
        if (options.ImageStorage == ImageStorage.ViewColumns)
            return null;
        if (!ViewPlanMerge.TryFind(data.Schema, options.ViewColumnNames, out ViewPlan? plan, out int[] inPlan, out DataViewSchema.Column image, out string obstacle))
        {
            channel.Info(MessageSensitivity.None, "{0}", $"Views are read through cursors in every epoch, which is slower than rendering them from stored images: {obstacle}.");
            return null;
        }

        StoredImages? images = ImageStores.Open(data, image, options, errors, channel);
        if (images is null)
            return null;
        int threads = options.RenderThreads ?? (device.type == DeviceType.CPU ? Math.Max(1, Environment.ProcessorCount / 2) : Environment.ProcessorCount);
        var source = new StoredViewSource(images, plan, inPlan, options.Normalization, seed, threads, labels);
        if (Agrees(source, data, image, views, options))
        {
            channel.Info(
                MessageSensitivity.None, "{0}",
                $"{threads} thread(s) render views ({nameof(options.RenderThreads)}) while torch computes on "
                    + $"{(device.type == DeviceType.CPU ? $"{get_num_threads()} of {Environment.ProcessorCount} processors ({nameof(options.TorchThreads)})" : device.ToString())}.");
            return source;
        }

        channel.Warning(
            MessageSensitivity.None, "{0}",
            "The view columns differ from what their plan renders: a step in between has replaced images or views. They are read through cursors in every epoch, which is slower.");
        source.Dispose();
        return null;
    }

    /// <summary>Renders the first images that can be read by both paths and compares them to the bit.</summary>
    private static bool Agrees(StoredViewSource stored, IDataView data, DataViewSchema.Column image, DataViewSchema.Column[] views, TrainingOptions options)
    {
        using var rendered = new ViewBatch(stored.ViewSizes, 1);
        using var fromColumns = new ViewBatch(stored.ViewSizes, 1);
        using var reader = new CursorViewReader(data, views, stored.ViewSizes, options.Normalization, epoch: 0, shuffle: null);
        int compared = 0;
        foreach (SampledImage sampled in SampledImages.Read(data, image, new HashSet<long>(Enumerable.Range(0, RowsTried).Select(i => (long)i))))
        {
            RgbImage source;
            try
            {
                reader.MoveNext();
                source = sampled.Source.Read();
            }
            catch (InvalidOperationException)
            {
                continue; // Unreadable: its views cannot be read either.
            }

            reader.Read(fromColumns, 0);
            stored.Render(source, reader.Id, epoch: 0, rendered, 0);
            for (int view = 0; view < views.Length; view++)
            {
                if (!rendered.Pixels(view, 0).SequenceEqual(fromColumns.Pixels(view, 0)))
                    return false;
            }

            if (++compared == RowsCompared)
                break;
        }

        return true;
    }
}
