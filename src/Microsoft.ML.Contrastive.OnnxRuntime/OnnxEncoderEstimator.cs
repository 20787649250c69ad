using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>
/// Encodes images in batches with an encoder from an ONNX file, as <c>ExportToOnnx</c> writes it or any other with one input of images. There is nothing to
/// train: fitting opens the file for scoring.
/// </summary>
/// <remarks>
/// <para>
/// | | |
/// | --- | --- |
/// | Input column | <see cref="Data.MLImage"/> of any size |
/// | Output column | vector of <see cref="float"/> |
/// | The file's input | one, [N, 3, H, W] floats 0 … 255 in the order red, green, blue; N fixed or free |
/// | The file's output | [N, D] floats; further dimensions of an image are flattened |
/// | Packages besides this one | Microsoft.ML.OnnxRuntime, or Microsoft.ML.OnnxRuntime.Gpu for CUDA |
/// | Saving | ML.NET's own components, see <see cref="OnnxEncoderTransformer"/> |
/// </para>
/// <para>ML.NET's <c>ApplyOnnxModel</c> scores a row at a time and wants pixels; this scores many rows a run and wants images.</para>
/// </remarks>
public sealed partial class OnnxEncoderEstimator : IEstimator<OnnxEncoderTransformer>
{
    private readonly TransformsCatalog _catalog;
    private readonly Options _options;
    private readonly OnnxEncoderModel _model;

    internal OnnxEncoderEstimator(TransformsCatalog catalog, Options options)
    {
        _catalog = catalog;
        _options = options.Validated();
        _model = OnnxEncoderModel.Read(_options);
    }

    /// <summary>Opens the encoder for scoring.</summary>
    /// <param name="input">Data with the image column; only its schema is looked at.</param>
    /// <returns>The transformer, which is the caller's to dispose.</returns>
    /// <exception cref="InvalidOperationException">The GPU that was asked for cannot be used and falling back to the CPU was not allowed.</exception>
    public OnnxEncoderTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        EncoderSchema.Extend(input.Schema, _options.InputColumnName, _options.OutputColumnName, _model.FeatureDimension);
        return Open();
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        EncoderSchema.Extend(inputSchema, _options.InputColumnName, _options.OutputColumnName);

    /// <summary>Opens the encoder, for those who have no data at hand.</summary>
    internal OnnxEncoderTransformer Open()
    {
        IHostEnvironment environment = MlNetInternals.Environment(_catalog);
        var network = new OnnxNetwork(
            _model, environment, _options.GpuDeviceId ?? MlNetInternals.GpuDeviceId(environment), _options.FallbackToCpu ?? MlNetInternals.FallbackToCpu(environment));
        return new OnnxEncoderTransformer(_catalog, _options, network);
    }
}
