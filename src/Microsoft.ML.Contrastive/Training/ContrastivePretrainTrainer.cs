using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

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
/// | `LabelColumnName` ("Label") | optional; only watched, never trained on by the encoder |
/// | `OutputColumnName` ("Features") | vector of `Backbone.FeatureDimension` floats |
///
/// ### Characteristics
/// | | |
/// | --- | --- |
/// | machine-learning task | self-supervised representation learning |
/// | normalisation required | no: pixels are scaled by `Normalization` |
/// | caching required | no: images are decoded once, into memory or a file (`ImageStorage`) |
/// | packages beside Microsoft.ML | a native torch library, e.g. TorchSharp-cpu; Microsoft.ML.OnnxRuntime to save |
/// | GPU | `MLContext.GpuDeviceId`, `MLContext.FallbackToCpu` |
/// | exportable to ONNX | yes, `ExportToOnnx` |
///
/// ### Two paths
/// Views that this library's augmentation steps made are rendered straight into batches, in parallel, from images that the first epoch decodes.
/// Views of any other origin are read through cursors, row by row, in every epoch. Before the first epoch the fast path is compared with the
/// columns; where they differ (a step in between replaced them), the log says so and the columns are used.
/// ]]></format>
/// </remarks>
public sealed partial class ContrastivePretrainTrainer : IEstimator<ContrastiveEncoderTransformer>
{
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
        _options = (Options)options.Resolved();
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
        using IChannel channel = ((IHostEnvironment)_context).Register(nameof(ContrastivePretrainTrainer)).Start("Pretraining");
        var task = new TrainingTask(_options.Method, () => _options.Method.Create(_options.Backbone))
        {
            TakesOneSize = _options.Method.TakesMultiCrop ? null : _options.Method.Name,
            OnlineProbe = _options.OnlineProbe,
            KeepsProjector = _options.KeepProjector,
            Labels = _options.OnlineProbe is null ? null : TrainingColumns.Labels(trainData, _options.LabelColumnName, nameof(Options.OnlineProbe), _options.CancellationToken),
        };
        return new TrainingRun(_context, _options, task, channel).Fit(trainData, validationData, (network, epochs) =>
            new ContrastiveEncoderTransformer(_context, network, _options.OutputColumnName, _options.InputColumnName) { TrainedEpochs = epochs, Method = _options.Method.Name });
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape output = EncoderSchema.Extend(inputSchema, _options.InputColumnName, _options.OutputColumnName);
        foreach (string view in _options.ViewColumnNames)
            EncoderSchema.CheckImage(inputSchema, view);
        return output;
    }
}
