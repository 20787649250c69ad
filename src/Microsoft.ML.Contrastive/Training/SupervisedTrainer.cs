using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// Trains an image classifier on images with labels, by cross-entropy: from scratch, as the baseline that self-supervised pretraining is compared with, or
/// from a pretrained encoder, which is fine-tuning. Network, augmentation, optimisers, schedules and checkpoints are those of <see cref="ContrastivePretrainTrainer"/>.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type |
/// | --- | --- |
/// | `InputColumnName` ("Image") | image of any size: what the classifier will read |
/// | `ViewColumnNames` ("View1") | images of known size: what training sees, made by augmentation steps or by any other means. Each of several views is an example |
/// | `LabelColumnName` ("Label") | text, key, number or boolean: the class |
/// | `OutputColumnName` ("Features") | vector of `Backbone.FeatureDimension` floats |
/// | `ScoreColumnName` ("Score") | vector of a probability for each class, with the classes' names as slot names |
/// | `PredictedLabelColumnName` ("PredictedLabel") | text: the name of the most probable class |
///
/// ### Characteristics
/// | | |
/// | --- | --- |
/// | machine-learning task | multiclass classification of images |
/// | normalisation required | no: pixels are scaled by `Normalization` |
/// | caching required | no: images are decoded once, into memory or a file (`ImageStorage`) |
/// | packages beside Microsoft.ML | a native torch library, e.g. TorchSharp-cpu; Microsoft.ML.OnnxRuntime to save |
/// | GPU | `MLContext.GpuDeviceId`, `MLContext.FallbackToCpu` |
/// | exportable to ONNX | yes, `ExportToOnnx` |
///
/// ### Labels and classes
/// Of a key column the classes are its values, in its order. Of any other they are the labels that there are, in ordinal order of their text.
/// `mlContext.MulticlassClassification.Evaluate` and `CrossValidate` compare keys: put `MapValueToKey("Label")` in front of the trainer and they take its
/// output as it is. Rows without a label are counted, reported and left out.
/// ]]></format>
/// </remarks>
public sealed partial class SupervisedTrainer : IEstimator<ImageClassifierTransformer>
{
    private readonly MLContext _context;
    private readonly Options _options;

    /// <summary>Makes a trainer; <c>mlContext.Contrastive().Trainers.SupervisedClassification</c> is the usual way.</summary>
    /// <param name="context">The context: its seed, log and GPU settings are used.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is missing or contradicts another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SupervisedTrainer(MLContext context, Options options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _context = context;
        _options = (Options)options.Resolved();
    }

    /// <summary>Trains on the data.</summary>
    /// <param name="input">Data with the input, view and label columns.</param>
    /// <returns>The classifier; after a cancellation, the classifier as far as it came.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, no row has a label, all have the same, or there are fewer images than a batch holds. Raised before training starts.
    /// </exception>
    /// <exception cref="InvalidOperationException">The workspace holds a run already and <see cref="TrainingOptions.Resume"/> is not set, or a run of another configuration or other data.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is damaged.</exception>
    /// <exception cref="NonFiniteLossException">The loss left the finite numbers.</exception>
    public ImageClassifierTransformer Fit(IDataView input) => Fit(input, _options.ValidationSet);

    /// <summary>Trains on the data and measures the accuracy on a validation set after each epoch.</summary>
    /// <param name="trainData">Data with the input, view and label columns.</param>
    /// <param name="validationData">Data with the input and label columns; never trained on.</param>
    /// <returns>The classifier; after a cancellation, the classifier as far as it came.</returns>
    public ImageClassifierTransformer Fit(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        using IChannel channel = ((IHostEnvironment)_context).Register(nameof(SupervisedTrainer)).Start("Supervised training");
        DataViewSchema.Column image = TrainingColumns.Image(trainData.Schema, _options.InputColumnName);
        RowLabels labels = RowLabels.Read(trainData, TrainingColumns.Label(trainData.Schema, _options.LabelColumnName!), _options.CancellationToken);
        Check(labels, trainData, image, channel);

        var settings = new CrossEntropy
        {
            ClassCount = labels.ClassNames.Count,
            LabelSmoothing = _options.LabelSmoothing,
            EncoderLearningRateFactor = _options.EncoderLearningRateFactor,
        };
        SupervisedModule? module = null;
        var task = new TrainingTask(settings, () => module = settings.Create(_options.Backbone))
        {
            TakesOneSize = "Supervised classification",
            Labels = labels,
            Classify = features => HeadOf(module!, labels).Probabilities(features),
        };
        IDataView labelled = labels.MissingCount == 0 ? trainData : new LabelledRows(trainData, labels);
        return new TrainingRun(_context, _options, task, channel).Fit(labelled, validationData, (network, epochs) => new ImageClassifierTransformer(
            _context,
            new ContrastiveEncoderTransformer(_context, network, _options.OutputColumnName, _options.InputColumnName) { TrainedEpochs = epochs, Method = "supervised" },
            HeadOf(module!, labels), _options.ScoreColumnName, _options.PredictedLabelColumnName));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape features = EncoderSchema.Extend(inputSchema, _options.InputColumnName, _options.OutputColumnName);
        foreach (string view in _options.ViewColumnNames)
            EncoderSchema.CheckImage(inputSchema, view);
        if (!inputSchema.Any(c => c.Name == _options.LabelColumnName))
            throw new ArgumentException($"The label column '{_options.LabelColumnName}' is missing; the columns are {string.Join(", ", inputSchema.Select(c => c.Name))}.", nameof(inputSchema));
        var slotNames = new SchemaShape([MlNetInternals.Column("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance)]);
        return new SchemaShape(
        [
            .. features.Where(c => c.Name != _options.ScoreColumnName && c.Name != _options.PredictedLabelColumnName),
            MlNetInternals.Column(_options.PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
            MlNetInternals.Column(_options.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: slotNames),
        ]);
    }

    /// <summary>A copy of the classifier's weights.</summary>
    private static ClassifierHead HeadOf(SupervisedModule module, RowLabels labels)
    {
        using DisposeScope scope = NewDisposeScope();
        return new ClassifierHead(Values(module.Classifier.weight!), Values(module.Classifier.bias!), labels.ClassNames);

        static float[] Values(Tensor tensor) => tensor.detach().cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Throws where there is nothing to tell apart, and names what is left out.</summary>
    private void Check(RowLabels labels, IDataView data, DataViewSchema.Column image, IChannel channel)
    {
        if (labels.Count == 0)
            throw new ArgumentException(
                $"None of the {labels.MissingCount} rows has a label in the column '{_options.LabelColumnName}' ({nameof(Options.LabelColumnName)}). Give the images labels, "
                    + "or pretrain without (ContrastivePretrain).",
                nameof(data));
        if (labels.PresentClasses is [var only])
            throw new ArgumentException(
                $"All {labels.Count} rows with a label are of the class '{labels.ClassNames[only]}' ({nameof(Options.LabelColumnName)} '{_options.LabelColumnName}'); a "
                    + "classifier needs images of at least two classes.",
                nameof(data));
        if (labels.MissingCount == 0)
            return;
        channel.Warning(
            MessageSensitivity.None, "{0}",
            $"{labels.MissingCount} of {labels.Count + labels.MissingCount} rows have no label in the column '{_options.LabelColumnName}' and are left out; the first is "
                + $"{FirstMissing(labels, data, image)}.");
    }

    private static string FirstMissing(RowLabels labels, IDataView data, DataViewSchema.Column image)
    {
        DataViewSchema.Column[] describing = [.. RowDescription.ColumnsFor(data.Schema, image)];
        using DataViewRowCursor cursor = data.GetRowCursor(describing);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        do
        {
            cursor.MoveNext();
            getId(ref id);
        }
        while (labels[id] != RowLabels.Missing);
        return new RowDescription(cursor, describing).ToString();
    }
}
