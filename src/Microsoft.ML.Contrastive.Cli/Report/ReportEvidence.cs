using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>Images of the data set, and what the encoder and an untrained one make of them.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Images">The images.</param>
/// <param name="Trained">The features of the run's encoder; null when it has none yet, or they are not finite.</param>
/// <param name="Untrained">The features of the same network before training; null when nothing is compared.</param>
/// <param name="Pixels">The pixels as features; null when nothing is compared.</param>
/// <param name="NoFeatures">Why <paramref name="Trained"/> is missing.</param>
internal sealed record ReportEvidence(Dataset Dataset, ReportImages Images, ReportFeatures? Trained, ReportFeatures? Untrained, ReportFeatures? Pixels, string? NoFeatures)
{
    /// <summary>Most images that are encoded.</summary>
    public const int MostImages = 2000;

    /// <summary>Where encoding so many images would take longer than <see cref="Patience"/>, fewer are taken, but no fewer than these.</summary>
    private const int FewestImages = 200;

    private const double Patience = 60;

    /// <summary>Looks at images of a data set.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dataset">Its data, or others.</param>
    /// <param name="encoder">The run's encoder; null when there is none yet.</param>
    /// <param name="mlContext">Its GPU settings decide where the untrained network runs.</param>
    /// <param name="announce">Is told what will be done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ReportEvidence Gather(ReportRun run, Dataset dataset, ITransformer? encoder, MLContext mlContext, Action<string> announce, CancellationToken cancellation)
    {
        int most = MostImages;
        if (encoder is not null && dataset.Count > FewestImages)
            most = Math.Clamp((int)(Patience / (2 * ReportFeatures.SecondsPerImage(encoder, dataset, cancellation))), FewestImages, MostImages);
        ImageChoice choice = ImageChoice.Of(dataset, most);
        announce(string.Create(CultureInfo.InvariantCulture, $"Report: looking at {choice.Rows.Length} of {dataset.Count} images."));
        ReportImages images = ReportImages.Read(dataset, choice, cancellation);
        if (encoder is null)
            return new ReportEvidence(dataset, images, null, null, null, "The run has no encoder yet: it is exported after the last epoch, and a checkpoint is saved after the first.");

        IDataView rows = dataset.RowsAt(images.Choice.Rows);
        ReportFeatures? trained = ReportFeatures.Of(encoder, rows, cancellation), untrained = null, pixels = null;
        if (trained is null)
            return new ReportEvidence(dataset, images, null, null, null, "The encoder makes features that are not finite: the training has diverged.");
        if (images.Choice.AskedOf is not null)
        {
            (RunSettings settings, ContrastivePreset preset) = run.Settings;
            ImageSize size = preset.Views[0].Crop.OutputSize;
            using ContrastiveEncoderTransformer random = BaselineEncoders.Untrained(mlContext, preset.Backbone, preset.Normalization, size, settings.Seed);
            untrained = ReportFeatures.Of(random, rows, cancellation);
            pixels = ReportFeatures.Of(BaselineEncoders.Pixels(mlContext, size, rows), rows, cancellation);
        }

        return new ReportEvidence(dataset, images, trained, untrained, pixels, null);
    }
}
