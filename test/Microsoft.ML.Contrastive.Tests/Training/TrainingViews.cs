using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>Two views of each image of a folder, and the sources that training reads them from.</summary>
internal static class TrainingViews
{
    public static IDataView Of(MLContext context, IDataView rows)
    {
        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24))
            .Append(context.Transforms.RandomHorizontalFlip(["View1", "View2"]))
            .Append(context.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4f, contrast: 0.4f, saturation: 0.4f, hue: 0.1f));
        return pipeline.Fit(rows).Transform(rows);
    }

    /// <summary>The source that the trainer would choose.</summary>
    public static IViewSource Open(
        MLContext context, IDataView data, int threads = 2, ContrastivePretrainTrainer.Options? options = null, RowLabels? labels = null,
        UnreadableImages unreadable = UnreadableImages.Skip)
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        options ??= new ContrastivePretrainTrainer.Options();
        options.RenderThreads = threads;
        IChannel channel = ((IHostEnvironment)context).Register("test").Start("test");
        return ViewSources.Open(data, [data.Schema["View1"], data.Schema["View2"]], options, seed: 1, torch.CPU, new ImageErrors(unreadable, channel), channel, labels);
    }

    /// <summary>The source of the general path.</summary>
    public static CursorViewSource OpenCursors(MLContext context, IDataView data, RowLabels? labels = null)
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        IChannel channel = ((IHostEnvironment)context).Register("test").Start("test");
        return new CursorViewSource(
            data, [data.Schema["View1"], data.Schema["View2"]], Contrastive.Imaging.PixelNormalization.ImageNet, orderSeed: 1, new ImageErrors(UnreadableImages.Skip, channel), labels);
    }
}
