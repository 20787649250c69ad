using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Training;

/// <content>What the settings allow, each by itself and together.</content>
public abstract partial class TrainingOptions
{
    /// <summary>Whether <see cref="EpochMetric.OnlineAccuracy"/> will be there.</summary>
    private protected virtual bool MeasuresOnlineAccuracy => false;

    /// <summary>Throws when a setting is out of its range.</summary>
    internal virtual void Validate()
    {
        Require(InputColumnName, nameof(InputColumnName));
        Require(OutputColumnName, nameof(OutputColumnName));
        ArgumentNullException.ThrowIfNull(ViewColumnNames);
        ArgumentNullException.ThrowIfNull(Backbone);
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(LearningRateSchedule);
        ArgumentNullException.ThrowIfNull(Normalization);
        Normalization.Validate();
        foreach (string name in ViewColumnNames)
            Require(name, nameof(ViewColumnNames));
        if (LabelColumnName is not null)
            Require(LabelColumnName, nameof(LabelColumnName));
        Methods.Require.Defined(UnreadableImages);
        Methods.Require.Defined(Precision);
        Methods.Require.Defined(MemoryFormat);
        if (ViewColumnNames.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{nameof(ViewColumnNames)} names '{twice.Key}' {twice.Count()} times; a positive pair of a view with itself teaches nothing.", nameof(ViewColumnNames));
        AtLeast(Epochs, 0, nameof(Epochs));
        AtLeast(BatchSize, 2, nameof(BatchSize));
        AtLeast(GradientAccumulationSteps, 1, nameof(GradientAccumulationSteps));
        if ((long)BatchSize * GradientAccumulationSteps > int.MaxValue)
            throw new ArgumentOutOfRangeException(
                nameof(GradientAccumulationSteps), GradientAccumulationSteps,
                $"{nameof(BatchSize)} × {nameof(GradientAccumulationSteps)} is {BatchSize} × {GradientAccumulationSteps}; it must be at most the number of images.");
        AtLeast(MonitoredImages, 0, nameof(MonitoredImages));
        AtLeast(RenderThreads ?? 1, 1, nameof(RenderThreads));
        AtLeast(TorchThreads ?? 1, 1, nameof(TorchThreads));
        AtLeast(CheckpointEveryEpochs, 1, nameof(CheckpointEveryEpochs));
        AtLeast(CheckpointEverySteps ?? 1, 1, nameof(CheckpointEverySteps));
        if (WorkspacePath is { } path && string.IsNullOrWhiteSpace(path))
            throw new ArgumentException($"{nameof(WorkspacePath)} is '{path}'; it must name a folder, or be null for no workspace.", nameof(WorkspacePath));
        if (WorkspacePath is null && (Resume || CheckpointEverySteps is not null))
            throw new ArgumentException(
                $"{(Resume ? nameof(Resume) : nameof(CheckpointEverySteps))} is set, but {nameof(WorkspacePath)} is null; set it to the folder of the run.", nameof(WorkspacePath));
        Methods.Require.Defined(ImageStorage);
        AtLeast(MaximumStoreBytes ?? 0, 0, nameof(MaximumStoreBytes));
        AtLeast(StoredShorterSide ?? 1, 1, nameof(StoredShorterSide));
        if (ImageStorePath is { } stores && string.IsNullOrWhiteSpace(stores))
            throw new ArgumentException($"{nameof(ImageStorePath)} is '{stores}'; it must name a folder, or be null.", nameof(ImageStorePath));
        if (ImageSize is { } size && size is not { Width: >= 1 and <= short.MaxValue, Height: >= 1 and <= short.MaxValue })
            throw new ArgumentOutOfRangeException(nameof(ImageSize), size, $"{nameof(ImageSize)} is {size}; allowed is 1x1 to 32767x32767.");

        CheckInitialEncoder();
        Optimizer.Validate();
        LearningRateSchedule.Validate();
        EarlyStopping?.Validate();
        if (BestEpochMetric is { } best && !Enum.IsDefined(best))
            throw new ArgumentOutOfRangeException(nameof(BestEpochMetric), best, $"{nameof(BestEpochMetric)} is {best}; it must be one of {string.Join(", ", Enum.GetNames<EpochMetric>())}.");
        foreach ((string option, EpochMetric? metric) in WatchedMetrics)
        {
            if (metric == EpochMetric.OnlineAccuracy && !MeasuresOnlineAccuracy)
                throw new ArgumentException($"{option} is {metric}, but no online probe is trained. Set {nameof(OnlineProbe)} in pretraining, or choose another metric.", option);
            if (metric is not (null or EpochMetric.Loss or EpochMetric.OnlineAccuracy) && MonitoredImages == 0)
                throw new ArgumentException(
                    $"{option} is {metric}, which is measured on the monitored images, but {nameof(MonitoredImages)} is 0. Set it to a few hundred, or choose "
                        + $"{nameof(EpochMetric.Loss)}.",
                    option);
        }

        if (Epochs > 0 && LearningRateSchedule.WarmupEpochs >= Epochs)
            throw new ArgumentOutOfRangeException(
                nameof(LearningRateSchedule), LearningRateSchedule.WarmupEpochs,
                $"{nameof(LearningRateSchedule)}.{nameof(LearningRateSchedule.WarmupEpochs)} is {LearningRateSchedule.WarmupEpochs}; it must be below {nameof(Epochs)}, which "
                    + $"is {Epochs}.");
    }

    private IEnumerable<(string Option, EpochMetric? Metric)> WatchedMetrics =>
        [(nameof(BestEpochMetric), BestEpochMetric), ($"{nameof(EarlyStopping)}.{nameof(EarlyStopping.Metric)}", EarlyStopping?.Metric)];

    /// <summary>Throws when a metric is chosen that needs labels, and there are none.</summary>
    /// <param name="labelled">Whether training images have labels.</param>
    /// <param name="validated">Whether there are validation images with labels.</param>
    internal void CheckMetrics(bool labelled, bool validated)
    {
        foreach ((string option, EpochMetric? metric) in WatchedMetrics)
        {
            if (metric == EpochMetric.KnnAccuracy && !labelled)
                throw new ArgumentException(
                    $"{option} is {metric}, which needs labels, but "
                        + $"{(LabelColumnName is null ? $"{nameof(LabelColumnName)} is null" : $"the data has no label in the column '{LabelColumnName}' ({nameof(LabelColumnName)})")}."
                        + $" Give the data labels, or choose {nameof(EpochMetric.EffectiveRank)} or {nameof(EpochMetric.Loss)}.",
                    option);
            if (metric == EpochMetric.ValidationAccuracy && (DefaultMetric != EpochMetric.ValidationAccuracy || !validated))
                throw new ArgumentException(
                    $"{option} is {metric}, which needs a classifier in training and labelled images in {nameof(ValidationSet)}. Give a validation set to a supervised "
                        + $"trainer, or choose {nameof(EpochMetric.Loss)}.",
                    option);
        }
    }

    private void CheckInitialEncoder()
    {
        if (InitialEncoder is null)
            return;
        if (InitialEncoder.IsDisposed)
            throw new ArgumentException($"{nameof(InitialEncoder)} has been disposed, and its weights with it. Keep the encoder until training has copied it.", nameof(InitialEncoder));
        RequireEncoders(Backbone, Backbone.ResNet18(), InitialEncoder.Network.Backbone.Description, nameof(Backbone));
        RequireEncoders(Normalization, PixelNormalization.ImageNet, InitialEncoder.Network.Normalization, nameof(Normalization));
    }

    /// <summary>A value that somebody chose and that contradicts the encoder must not be passed over in silence.</summary>
    private static void RequireEncoders<T>(T value, T left, T encoders, string option)
    {
        if (!Equals(value, left) && !Equals(value, encoders))
            throw new ArgumentException($"{option} is {Text(value)}, but that of {nameof(InitialEncoder)} is {Text(encoders)}. Leave {option} out: the encoder decides.", option);

        static string? Text(T choice) => choice is Backbone backbone ? backbone.Name : choice?.ToString();
    }

    private protected static void Require(string value, string option)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw new ArgumentException($"{option} is '{value}'; it must name a column.", option);
    }

    private static void AtLeast(long value, long minimum, string option)
    {
        if (value < minimum)
            throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; it must be at least {minimum}.");
    }
}
