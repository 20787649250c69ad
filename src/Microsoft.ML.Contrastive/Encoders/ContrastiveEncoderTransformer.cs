using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A pretrained encoder as an ML.NET transformer: an image column in, a vector of features out, in front of any ML.NET trainer.
/// </summary>
/// <remarks>
/// <para>
/// Images of any size are resized so that the short side fits and centre-cropped (ML.NET's <c>ResizeImages</c> with <c>IsoCrop</c>), then
/// encoded in batches of <see cref="BatchSize"/> rows, the next of which is decoded on another thread meanwhile; the pixels of two batches are in memory. The input is
/// read twice in step, once ahead for the images and once for the other
/// columns, so it must give the same rows in the same order each time; the output cannot be shuffled.
/// </para>
/// <para>
/// Saving writes ML.NET's own components only (resize, extract pixels, score an ONNX model), so <c>mlContext.Model.Load</c> opens the result
/// in an application that references Microsoft.ML, Microsoft.ML.ImageAnalytics, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime, and
/// nothing of this library. Saving itself needs Microsoft.ML.OnnxRuntime as well.
/// </para>
/// <para>Transforming may happen on several threads at once. Disposing it releases the network's memory; no pipeline that holds it works afterwards.</para>
/// </remarks>
public sealed class ContrastiveEncoderTransformer : ITransformer, IDisposable
{
    private readonly EncoderInput _input;

    internal ContrastiveEncoderTransformer(MLContext context, EncoderNetwork network, string outputColumnName, string inputColumnName)
    {
        Network = network;
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        _input = new EncoderInput(context.Transforms, inputColumnName, outputColumnName, network.InputSize.Height, network.InputSize.Width);
    }

    /// <summary>Rows that are encoded together.</summary>
    public const int BatchSize = 64;

    /// <summary>Column of the images.</summary>
    public string InputColumnName { get; }

    /// <summary>Column of the features.</summary>
    public string OutputColumnName { get; }

    /// <summary>Number of features.</summary>
    public int FeatureDimension => Network.FeatureDimension;

    /// <summary>
    /// Number of values that the projection head of pretraining makes of the features, where the trainer was asked to keep it (<c>KeepProjector</c>); else
    /// <see langword="null"/>. Features are taken before it, always; <see cref="OnnxExportOptions.Projector"/> exports it.
    /// </summary>
    public int? ProjectionDimension => Network.Projector?.Dimension;

    /// <summary>Size to which images are brought.</summary>
    public ImageSize ImageSize => Network.InputSize;

    /// <summary>
    /// Complete epochs of training behind the weights: those that were trained, or the best epoch where the trainer was asked for it
    /// (<c>RestoreBestWeights</c>). <see langword="null"/> for weights that were not trained here.
    /// </summary>
    public int? TrainedEpochs { get; internal init; }

    /// <summary>What came of loading the weights; <see langword="null"/> for an encoder that does not come from <c>LoadEncoder</c>.</summary>
    public WeightsReport? LoadedWeights { get; internal init; }

    /// <summary>Name of the method that trained the weights, e.g. "simclr"; null for weights that were not trained here.</summary>
    internal string? Method { get; init; }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal EncoderNetwork Network { get; }

    internal bool IsDisposed => Network.IsDisposed;

    /// <summary>The encoder as an estimator that never fits again: for pipelines whose later steps are still to be trained, and for cross-validation.</summary>
    public FrozenEncoderEstimator AsEstimator() => new(this);

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        EncoderSchema.Extend(inputSchema, InputColumnName, OutputColumnName, FeatureDimension);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => Transform(input, Network);

    /// <summary>The same with another output of the network in the column of the features.</summary>
    internal IDataView Transform(IDataView input, IImageEncoder output)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = Network.Backbone;   // Throws when it has been disposed: now, not at the first row.
        return new EncoderDataView(input, EncoderSchema.Extend(input.Schema, InputColumnName, OutputColumnName, output.FeatureDimension), _input, output, BatchSize);
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        new EncoderRowMapper(inputSchema, GetOutputSchema(inputSchema), _input, Network);

    /// <summary>Writes the encoder as an ONNX file, runs it and compares it with the network in memory.</summary>
    /// <param name="path">Where the file goes, in a folder that exists. It is written under a temporary name and appears only once it has been verified.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    /// <returns>How far the file is from the network on the images compared, its size, inputs and outputs.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or the backbone does not have what it asks for.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidOperationException">
    /// The difference exceeds <see cref="OnnxExportOptions.Tolerance"/>, or the file would be larger than the 2 GB that ONNX allows; no file is left behind.
    /// </exception>
    public OnnxExportResult ExportToOnnx(string path, OnnxExportOptions? options = null) => OnnxExport.ToFile(path, () => EncoderOnnx.Export(this, options ?? new OnnxExportOptions()));

    /// <summary>Writes the encoder as ONNX to a stream, after having run it and compared it with the network in memory.</summary>
    /// <param name="stream">Receives the model; nothing is written when verification fails.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    /// <returns>How far the model is from the network on the images compared, its size, inputs and outputs.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or the backbone does not have what it asks for.</exception>
    /// <exception cref="InvalidOperationException">The difference exceeds <see cref="OnnxExportOptions.Tolerance"/>, or the model would be larger than the 2 GB that ONNX allows.</exception>
    public OnnxExportResult ExportToOnnx(Stream stream, OnnxExportOptions? options = null) => OnnxExport.ToStream(stream, () => EncoderOnnx.Export(this, options ?? new OnnxExportOptions()));

    /// <summary>Writes the encoder's weights and statistics for other code: PyTorch, torchvision, timm, detectron2.</summary>
    /// <param name="path">
    /// Where the file goes: <c>.safetensors</c>, or <c>.pth</c> and <c>.pt</c>, which Python's <c>torch.load</c> opens, with <c>weights_only=True</c> too. It is written under a
    /// temporary name and appears once it is whole.
    /// </param>
    /// <param name="format">
    /// Names of the tensors. A ResNet: <see cref="WeightFormat.Torchvision"/>, <see cref="WeightFormat.Timm"/>, <see cref="WeightFormat.Detectron2C4"/> or
    /// <see cref="WeightFormat.Detectron2Fpn"/>. A vision transformer: <see cref="WeightFormat.Timm"/>. <see langword="null"/> for the first of these.
    /// </param>
    /// <remarks>
    /// An encoder has no classifier: give torchvision's network <c>fc = torch.nn.Identity()</c>, timm's <c>num_classes=0</c>, and <c>load_state_dict</c> is strict. Image size and
    /// normalisation are not part of the file.
    /// </remarks>
    /// <exception cref="ArgumentException">The extension of <paramref name="path"/> is none of these.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="format"/> is not for such a network.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(string path, WeightFormat? format = null) => WeightsWriter.Write(path, Network.Backbone, format);

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)EncoderOnnx.Saved(_input, this)).Save(ctx);

    /// <summary>Releases the network's memory.</summary>
    public void Dispose() => Network.Dispose();
}
