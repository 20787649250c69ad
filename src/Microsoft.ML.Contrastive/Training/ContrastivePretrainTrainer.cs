using Microsoft.ML.Contrastive.Augmentation;
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

/// <summary>
/// Pretrains an encoder on images without labels: a self-supervised method learns to recognise two augmented views of the same image.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type |
/// | --- | --- |
/// | `InputColumnName` ("Image") | image of any size: what the encoder will read |
/// | `ViewColumnNames` ("View1", "View2") | images of known size: the views, made by JointCrop and the other augmentation steps, or by any other means |
/// | `LabelColumnName` ("Label") | optional; only watched, never trained on |
/// | `OutputColumnName` ("Features") | vector of `Backbone.FeatureDimension` floats |
///
/// ### Characteristics
/// | | |
/// | --- | --- |
/// | machine-learning task | self-supervised representation learning |
/// | normalisation required | no: pixels are scaled by `Normalization` |
/// | caching required | no: images are decoded once into memory (`MaximumStoreBytes`) |
/// | packages beside Microsoft.ML | a native torch library, e.g. TorchSharp-cpu; Microsoft.ML.OnnxRuntime to save |
/// | GPU | `MLContext.GpuDeviceId`, `MLContext.FallbackToCpu` |
/// | exportable to ONNX | yes, `ExportToOnnx` |
///
/// ### Two paths
/// Views that this library's augmentation steps made are rendered straight into batches, in parallel, from images that were decoded once.
/// Views of any other origin are read through cursors, row by row, in every epoch. Before the first epoch the fast path is compared with the
/// columns; where they differ (a step in between replaced them), the log says so and the columns are used.
/// ]]></format>
/// </remarks>
public sealed partial class ContrastivePretrainTrainer : IEstimator<ContrastiveEncoderTransformer>
{
    private static readonly Lock InitialWeights = new();

    private readonly MLContext _context;
    private readonly Options _options;

    /// <summary>Makes a trainer; <c>mlContext.Contrastive().Trainers.ContrastivePretrain</c> is the usual way.</summary>
    /// <param name="context">The context: its seed, log and GPU settings are used.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ContrastivePretrainTrainer(MLContext context, Options options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _context = context;
        _options = options;
    }

    /// <summary>Pretrains on the data.</summary>
    /// <param name="input">Data with the input and view columns.</param>
    /// <returns>The encoder; after a cancellation, the encoder as far as it came.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or there are fewer images than a batch holds. Raised before training starts.</exception>
    /// <exception cref="InvalidOperationException">The workspace holds a run already and <see cref="TrainingOptions.Resume"/> is not set, or a run of another configuration or other data.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is damaged.</exception>
    /// <exception cref="NonFiniteLossException">The loss left the finite numbers.</exception>
    public ContrastiveEncoderTransformer Fit(IDataView input) => Fit(input, _options.ValidationSet);

    /// <summary>Pretrains on the data and watches a validation set.</summary>
    /// <param name="trainData">Data with the input and view columns.</param>
    /// <param name="validationData">Data with the input column and labels; only the nearest-neighbour accuracy of each epoch looks at it.</param>
    /// <returns>The encoder; after a cancellation, the encoder as far as it came.</returns>
    public ContrastiveEncoderTransformer Fit(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        DataViewSchema.Column image = TrainingColumns.Image(trainData.Schema, _options.InputColumnName);
        DataViewSchema.Column[] views = TrainingColumns.Views(trainData.Schema, _options.ViewColumnNames, _options.Method);
        if (validationData is not null)
            TrainingColumns.Image(validationData.Schema, _options.InputColumnName);
        _options.CheckMetrics(LabelOf(trainData) is not null);

        IHost host = ((IHostEnvironment)_context).Register(nameof(ContrastivePretrainTrainer));
        using IChannel channel = host.Start("Pretraining");
        using Workspace? workspace = _options.WorkspacePath is { } path ? Workspace.Open(path, _options.Resume) : null;
        int seed = _options.Seed ?? MlNetInternals.Seed(_context) ?? workspace?.Saved?.Seed ?? Random.Shared.Next();
        Device device = TrainingDevice.Select(_context, channel);
        var errors = new ImageErrors(_options.UnreadableImages, channel);
        using IViewSource source = ViewSources.Open(trainData, views, _options, unchecked((ulong)seed), device, errors, channel);
        var schedule = new TrainingSchedule(_options.Epochs, _options.BatchSize, _options.GradientAccumulationSteps, _options.Optimizer, _options.LearningRateSchedule);
        schedule.CheckRows(source.RowCount);

        ImageSize imageSize = _options.ImageSize ?? source.ViewSizes[0];
        var input = new EncoderInput(_context, image.Name, _options.OutputColumnName, imageSize);
        var history = new RunHistory(_options);
        using var journal = new TrainingJournal(_options, channel, history, workspace is null ? null : new RunCheckpoints(
            workspace, seed, Fingerprint.Of(_options, seed, imageSize, views, source, Fingerprint.OfData(source, trainData, input, _options.CancellationToken)), history));
        journal.Note($"Pretraining {_options.Backbone.Name} with {_options.Method.Name} on {source.RowCount} images, {_options.Epochs} epochs of {source.RowCount / schedule.ImagesPerStep} steps, on {device}, seed {seed}. {_options.Method}; {_options.Optimizer}; {_options.LearningRateSchedule}.");
        MethodModule method = CreateMethod(seed);
        EncoderNetwork? network = null;
        try
        {
            method.to(device);
            network = new EncoderNetwork(method.Encoder, _options.Normalization, imageSize, device);
            int epochs = Train(method, network, schedule, source, trainData, validationData, input, device, journal);
            return new ContrastiveEncoderTransformer(_context, network, _options.OutputColumnName, _options.InputColumnName) { TrainedEpochs = epochs };
        }
        catch
        {
            network?.Dispose();
            throw;
        }
        finally
        {
            method.DisposeAllButEncoder();
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape output = EncoderSchema.Extend(inputSchema, _options.InputColumnName, _options.OutputColumnName);
        foreach (string view in _options.ViewColumnNames)
            EncoderSchema.CheckImage(inputSchema, view);
        return output;
    }

    /// <summary>Initial weights come from torch's global random numbers: two trainings that start at once must not take turns in drawing them.</summary>
    private MethodModule CreateMethod(int seed)
    {
        lock (InitialWeights)
        {
            random.manual_seed(seed);
            return _options.Method.Create(_options.Backbone);
        }
    }

    /// <returns>Epochs of training behind the encoder's weights.</returns>
    private int Train(
        MethodModule method, EncoderNetwork network, TrainingSchedule schedule, IViewSource source, IDataView trainData, IDataView? validationData,
        EncoderInput input, Device device, TrainingJournal journal)
    {
        var classes = new Dictionary<string, int>();
        MonitoredSample sample = MonitoredSample.Read(trainData, input, LabelOf(trainData), classes, _options.MonitoredImages, _options.CancellationToken);
        _options.CheckMetrics(sample.HasLabels);
        MonitoredSample? validation = validationData is null
            ? null
            : MonitoredSample.Read(validationData, input, LabelOf(validationData), classes, _options.MonitoredImages, _options.CancellationToken);
        var pairs = new MonitoredPairs(source, Math.Min(_options.MonitoredImages, TrainingOptions.Defaults.MonitoredPairs));
        using OptimizerState optimizer = _options.Optimizer.Create(method.TrainableParameters(), schedule.PeakLearningRate);
        TrainingProgress start = journal.Begin(method, optimizer);
        var step = new TrainingStep(method, optimizer, schedule, device);
        return journal.End(new TrainingLoop(method, step, schedule, source).Run(
            start, new EncoderMonitor(network, sample, pairs, validation), journal, _options.CancellationToken));
    }

    private DataViewSchema.Column? LabelOf(IDataView data) =>
        _options.LabelColumnName is { } name ? data.Schema.GetColumnOrNull(name) : null;
}
