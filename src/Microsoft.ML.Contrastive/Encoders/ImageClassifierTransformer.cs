using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A trained image classifier as an ML.NET transformer: an image column in; features, the probability of every class and the name of the most
/// probable one out.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="ScoreColumnName"/> holds a vector of <see cref="ClassNames"/>.Count floats that sum to 1, with the classes' names as its slot names;
/// <see cref="PredictedLabelColumnName"/> holds text. <c>mlContext.MulticlassClassification.Evaluate</c> takes the output as it is, given a label column
/// that is a key whose order is that of <see cref="ClassNames"/>: the one that the classifier was trained on, when that was a key already.
/// </para>
/// <para>
/// Saving writes ML.NET's own components only (resize, extract pixels, score an ONNX model, ML.NET's linear classifier), so <c>mlContext.Model.Load</c> opens
/// the result in an application that references Microsoft.ML, Microsoft.ML.ImageAnalytics, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime, and
/// nothing of this library.
/// </para>
/// <para>Transforming may happen on several threads at once. Disposing it releases the network's memory, and with it <see cref="Encoder"/>.</para>
/// </remarks>
public sealed class ImageClassifierTransformer : ITransformer, IDisposable
{
    private readonly ClassifierHead _head;
    private readonly TransformerChain<ITransformer> _chain;

    internal ImageClassifierTransformer(
        MLContext context, ContrastiveEncoderTransformer encoder, ClassifierHead head, string scoreColumnName, string predictedLabelColumnName)
    {
        Encoder = encoder;
        ScoreColumnName = scoreColumnName;
        PredictedLabelColumnName = predictedLabelColumnName;
        _head = head;
        _chain = new TransformerChain<ITransformer>(
            [encoder, .. StockClassifier.Steps(context, head, encoder.OutputColumnName, scoreColumnName, predictedLabelColumnName)]);
    }

    /// <summary>
    /// The encoder inside, with the same weights, not a copy: <c>Encoder.AsEstimator()</c> puts it in front of another ML.NET trainer.
    /// </summary>
    public ContrastiveEncoderTransformer Encoder { get; }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames => _head.ClassNames;

    /// <summary>Column of the probabilities.</summary>
    public string ScoreColumnName { get; }

    /// <summary>Column of the most probable class's name.</summary>
    public string PredictedLabelColumnName { get; }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => _chain.Transform(input);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_chain).GetRowToRowMapper(inputSchema);

    /// <summary>Writes the classifier as an ONNX file, runs it and compares it with the one in memory.</summary>
    /// <remarks>
    /// The file has the outputs <see cref="OnnxExportOptions.OutputName"/> (features [B, D]), <see cref="ScoreColumnName"/> (probabilities [B, C]) and
    /// <see cref="PredictedLabelColumnName"/> (names [B], strings). Its metadata has the names as <c>class_names</c>, a JSON array.
    /// </remarks>
    /// <param name="path">Where the file goes, in a folder that exists. It is written under a temporary name and appears only once it has been verified.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    /// <returns>How far features and probabilities of the file are from those in memory on the images compared, its size, inputs and outputs.</returns>
    /// <inheritdoc cref="ContrastiveEncoderTransformer.ExportToOnnx(string, OnnxExportOptions?)" path="/exception"/>
    public OnnxExportResult ExportToOnnx(string path, OnnxExportOptions? options = null) => OnnxExport.ToFile(path, () => Onnx(options ?? new OnnxExportOptions()));

    /// <inheritdoc cref="ExportToOnnx(string, OnnxExportOptions?)"/>
    /// <summary>Writes the classifier as ONNX to a stream, after having run it and compared it with the one in memory.</summary>
    /// <param name="stream">Receives the model; nothing is written when verification fails.</param>
    /// <param name="options">What to write; the default takes any batch size and has 32-bit weights.</param>
    public OnnxExportResult ExportToOnnx(Stream stream, OnnxExportOptions? options = null) => OnnxExport.ToStream(stream, () => Onnx(options ?? new OnnxExportOptions()));

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)_chain).Save(ctx);

    /// <summary>Releases the network's memory.</summary>
    public void Dispose() => Encoder.Dispose();

    internal OnnxExport Onnx(OnnxExportOptions options) =>
        new ClassifierOnnx(Encoder, _head, ScoreFormula.Softmax, ScoreColumnName, PredictedLabelColumnName, _chain.Transform).Export(options);
}
