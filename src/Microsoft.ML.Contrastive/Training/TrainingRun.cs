using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>One training from data to weights, the same for every trainer: opens workspace and data, builds the network, runs the loop.</summary>
/// <param name="context">The context: its seed and GPU settings are used.</param>
/// <param name="options">Valid settings.</param>
/// <param name="task">What is trained.</param>
/// <param name="channel">The log.</param>
internal sealed class TrainingRun(MLContext context, TrainingOptions options, TrainingTask task, IChannel channel)
{
    /// <summary>Trains.</summary>
    /// <param name="trainData">Data with the input and view columns.</param>
    /// <param name="validationData">Data with the input column and labels, or <see langword="null"/>.</param>
    /// <param name="result">Makes what the trainer returns of the encoder, which it takes over, and the number of epochs behind its weights.</param>
    public TResult Fit<TResult>(IDataView trainData, IDataView? validationData, Func<EncoderNetwork, int, TResult> result)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        DataViewSchema.Column image = TrainingColumns.Image(trainData.Schema, options.InputColumnName);
        DataViewSchema.Column[] views = TrainingColumns.Views(trainData.Schema, options.ViewColumnNames, task.TakesOneSize);
        HeatMapRegions.Requested(views, options.Backbone);
        if (validationData is not null)
            TrainingColumns.Image(validationData.Schema, options.InputColumnName);
        options.CheckMetrics(LabelOf(trainData) is not null, validationData is not null && LabelOf(validationData) is not null);

        using Workspace? workspace = options.WorkspacePath is { } path ? Workspace.Open(path, options.Resume) : null;
        int seed = options.Seed ?? MlNetInternals.Seed(context) ?? workspace?.Saved?.Seed ?? Random.Shared.Next();
        Device device = TorchDevice.Select(context, channel);
        options = options.ResolvedFor(device.type);
        using KeptMemory? memory = device.type == DeviceType.CPU ? KeptMemory.Begin() : null;
        using TorchThreadCount? threads = options.TorchThreads is { } count ? new TorchThreadCount(count) : null;
        var errors = new ImageErrors(options.UnreadableImages, channel);
        using IViewSource source = ViewSources.Open(trainData, views, options, unchecked((ulong)seed), device, errors, channel, task.Labels);
        var schedule = new TrainingSchedule(options.Epochs, options.BatchSize, options.GradientAccumulationSteps, options.Optimizer, options.LearningRateSchedule);
        schedule.CheckRows(source.RowCount);

        ImageSize imageSize = options.ImageSize ?? source.ViewSizes[0];
        var input = new EncoderInput(context.Transforms, image.Name, options.OutputColumnName, imageSize.Height, imageSize.Width);
        var history = new RunHistory(options);
        using var journal = new TrainingJournal(options, channel, history, workspace is null ? null : new RunCheckpoints(
            workspace, seed, Fingerprint.Of(options, task, seed, imageSize, views, source, Fingerprint.OfData(source, trainData, input, options.CancellationToken)), history));
        journal.Note(
            $"Training {options.Backbone.Name} on {source.RowCount} images, {options.Epochs} epochs of {source.RowCount / schedule.ImagesPerStep} steps, on {device}, "
                + $"{options.Precision}, {options.MemoryFormat}, seed {seed}. {task.Method}; {options.Optimizer}; {options.LearningRateSchedule}.");
        TrainingModule module = TorchInitialization.FromSeed(seed, Create);
        ProjectionHead? projector = task.KeepsProjector ? module.Projector : null;
        EncoderNetwork? network = null;
        try
        {
            module.to(device);
            if (options.MemoryFormat == MemoryFormat.ChannelsLast)
                ChannelsLast.Apply(module);
            network = new EncoderNetwork(module.Encoder, options.Normalization, imageSize, device, projector);
            int epochs = Train(module, network, schedule, source, trainData, validationData, input, device, seed, journal);
            if (options.MemoryFormat == MemoryFormat.ChannelsLast)
                ChannelsLast.Undo(module.Encoder);
            return result(network, epochs);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
        finally
        {
            module.DisposeAllButEncoder(projector);
        }
    }

    /// <summary>The network to be trained. Where training starts from an encoder, momentum copies do too; heads start fresh.</summary>
    private TrainingModule Create()
    {
        TrainingModule module = task.Create();
        if (options.InitialEncoder is { } initial)
        {
            foreach (BackboneModule encoder in module.modules().OfType<BackboneModule>())
                encoder.CopyFrom(initial.Network.Backbone);
        }

        return module;
    }

    /// <returns>Epochs of training behind the encoder's weights.</returns>
    private int Train(
        TrainingModule module, EncoderNetwork network, TrainingSchedule schedule, IViewSource source, IDataView trainData, IDataView? validationData,
        EncoderInput input, Device device, int seed, TrainingJournal journal)
    {
        Dictionary<string, int> classes = task.Labels?.ClassNames.Index().DistinctBy(c => c.Item).ToDictionary(c => c.Item, c => c.Index) ?? [];
        options.CheckMetrics(
            MonitoredSample.AnyLabel(trainData, LabelOf(trainData), options.CancellationToken),
            validationData is not null && MonitoredSample.AnyLabel(validationData, LabelOf(validationData), options.CancellationToken));
        var pairs = new MonitoredPairs(source, Math.Min(options.MonitoredImages, TrainingOptions.Defaults.MonitoredPairs));
        using OptimizerState optimizer = options.Optimizer.Create(module.TrainableParameters(), schedule.PeakLearningRate);
        using MixedPrecision? mixed = options.Precision == Precision.BFloat16 ? new MixedPrecision(module, device.type) : null;
        using OnlineProbeState? probe = task.OnlineProbe is null ? null : new OnlineProbeState(task.OnlineProbe, module.Encoder, task.Labels!.ClassNames.Count, schedule, device);
        using HeatMapRegions? heatMaps = HeatMapRegions.Of(source, module, network.InputSize, device);
        var training = new TrainingState(module, optimizer, probe) { Results = [module.Result, .. network.Projector is { } projector ? [projector.Layers] : Array.Empty<nn.Module>()] };
        TrainingProgress start = journal.Begin(training);
        var monitor = new EncoderMonitor(network, () => Sample(trainData), validationData is null ? null : () => Sample(validationData), pairs, task.Classify, probe);
        var loop = new TrainingLoop(new TrainingStep(training, schedule, device, seed), schedule, source);
        TrainingProgress end = loop.Run(start, monitor, journal, options.CancellationToken, heatMaps);
        module.eval();
        return journal.End(end);

        MonitoredSample Sample(IDataView data) => MonitoredSample.Read(data, input, LabelOf(data), classes, options.MonitoredImages, options.CancellationToken);
    }

    private DataViewSchema.Column? LabelOf(IDataView data) =>
        options.LabelColumnName is { } name ? data.Schema.GetColumnOrNull(name) : null;
}
