using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>
/// An encoder from an ONNX file as an ML.NET transformer: an image column in, a vector of features out, in batches, without torch.
/// </summary>
/// <remarks>
/// <para>
/// Images of any size are resized so that the short side fits and centre-cropped (ML.NET's <c>ResizeImages</c> with <c>IsoCrop</c>), then encoded
/// <see cref="BatchSize"/> rows at a time, the next of which are decoded on another thread meanwhile; the pixels of two batches are in memory. The input is read twice in
/// step, once ahead for the images and once for the other columns, so it must give the same
/// rows in the same order each time; the output cannot be shuffled.
/// </para>
/// <para>
/// Saving writes ML.NET's own components only (resize, extract pixels, score an ONNX model a row at a time), so <c>mlContext.Model.Load</c> opens the result in
/// an application that references Microsoft.ML, Microsoft.ML.ImageAnalytics, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime, and nothing of this
/// library. The saved form of a file with a fixed batch of n runs on single images where the file's nodes allow that, as those of <c>ExportToOnnx</c> do; else it computes n rows
/// for each.
/// </para>
/// <para>Transforming may happen on several threads at once. Disposing waits for runs under way; no pipeline that holds the encoder works afterwards.</para>
/// </remarks>
public sealed class OnnxEncoderTransformer : ITransformer, IDisposable
{
    private readonly OnnxNetwork _network;

    internal OnnxEncoderTransformer(TransformsCatalog catalog, OnnxEncoderEstimator.Options options, OnnxNetwork network)
    {
        _network = network;
        InputColumnName = options.InputColumnName;
        OutputColumnName = options.OutputColumnName;
        // Whole runs of a file with a fixed batch: what a run is filled up with is computed for nothing.
        int run = network.Model.FixedBatch ?? 1;
        BatchSize = (options.BatchSize + run - 1) / run * run;
        Input = new EncoderInput(catalog, InputColumnName, OutputColumnName, ImageHeight, ImageWidth);
    }

    /// <summary>Rows that are encoded together: as many as were asked for, rounded up to whole runs of a file with a fixed batch.</summary>
    public int BatchSize { get; }

    /// <summary>Column of the images.</summary>
    public string InputColumnName { get; }

    /// <summary>Column of the features.</summary>
    public string OutputColumnName { get; }

    /// <summary>Number of features.</summary>
    public int FeatureDimension => _network.FeatureDimension;

    /// <summary>Width in pixels to which images are brought.</summary>
    public int ImageWidth => _network.Model.Width;

    /// <summary>Height in pixels to which images are brought.</summary>
    public int ImageHeight => _network.Model.Height;

    /// <summary>What the file says of itself, e.g. <c>backbone</c>, <c>mean</c> and <c>std</c> where <c>ExportToOnnx</c> wrote it.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _network.Model.Metadata;

    /// <summary>Whether a GPU does the work.</summary>
    public bool UsesGpu => _network.UsesGpu;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal EncoderInput Input { get; }

    internal OnnxNetwork Network => _network;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        EncoderSchema.Extend(inputSchema, InputColumnName, OutputColumnName, FeatureDimension);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new EncoderDataView(input, GetOutputSchema(input.Schema), Input, _network, BatchSize);
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        new EncoderRowMapper(inputSchema, GetOutputSchema(inputSchema), Input, _network);

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        ((ICanSaveModel)StockChain.Create(Input, OutputColumnName, StockModel.Write(_network.Model, Input.PixelColumn, OutputColumnName))).Save(ctx);

    /// <summary>Releases the session of ONNX Runtime.</summary>
    public void Dispose() => _network.Dispose();
}
