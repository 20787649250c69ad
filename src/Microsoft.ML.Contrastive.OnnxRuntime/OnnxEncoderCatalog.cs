using Microsoft.ML.Contrastive.OnnxRuntime;

namespace Microsoft.ML;

/// <summary>Encoders from ONNX files, on <c>mlContext.Transforms</c>.</summary>
public static class OnnxEncoderCatalog
{
    /// <summary>Encodes images in batches with an encoder from an ONNX file: <see cref="OnnxEncoderEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnName">Name of the column of features to add, a vector of floats.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="modelFile">Path of the file, as <c>ExportToOnnx</c> writes it, or any with one input [N, 3, H, W] of floats 0 … 255 in the order red, green, blue.</param>
    /// <param name="batchSize">Rows that are encoded together, at least 1. The default value is 64.</param>
    /// <param name="gpuDeviceId">Index of the CUDA device; <see langword="null"/> for what the context's <c>GpuDeviceId</c> says, which is the CPU unless it was set.</param>
    /// <param name="fallbackToCpu">Whether the CPU is used where the device cannot be; <see langword="null"/> for what the context's <c>FallbackToCpu</c> says.</param>
    /// <remarks>An ONNX file is a program: what it computes may take any amount of time and memory. Open those that you trust.</remarks>
    /// <exception cref="ArgumentException">A name is empty, or <paramref name="modelFile"/> is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range; the message tells which.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no encoder that ONNX Runtime can run.</exception>
    /// <exception cref="InvalidOperationException">The native ONNX Runtime is missing; the message names the package to add.</exception>
    public static OnnxEncoderEstimator ApplyOnnxEncoder(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string modelFile,
        int batchSize = OnnxEncoderEstimator.Options.DefaultBatchSize, int? gpuDeviceId = null, bool? fallbackToCpu = null) =>
        catalog.ApplyOnnxEncoder(new OnnxEncoderEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            ModelFile = modelFile,
            BatchSize = batchSize,
            GpuDeviceId = gpuDeviceId,
            FallbackToCpu = fallbackToCpu,
        });

    /// <inheritdoc cref="ApplyOnnxEncoder(TransformsCatalog, string, string, string, int, int?, bool?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns, file and settings.</param>
    public static OnnxEncoderEstimator ApplyOnnxEncoder(this TransformsCatalog catalog, OnnxEncoderEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new OnnxEncoderEstimator(catalog, options);
    }
}
