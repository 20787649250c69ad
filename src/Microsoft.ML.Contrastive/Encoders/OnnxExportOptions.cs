using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What <see cref="ContrastiveEncoderTransformer.ExportToOnnx(string, OnnxExportOptions?)"/> writes.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Name of the input: [batch, 3, height, width] floats 0 … 255 in the order red, green, blue. Normalisation is part of the graph.</summary>
    /// <value>The default value is "image".</value>
    public string InputName { get; init; } = "image";

    /// <summary>Name of the output: [batch, D] floats.</summary>
    /// <value>The default value is "features".</value>
    public string OutputName { get; init; } = "features";

    /// <summary>Number of images a call, or <see langword="null"/> for any number.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public int? FixedBatch { get; init; }

    /// <summary>Largest difference allowed between a feature of the file, run by ONNX Runtime, and of the network in memory.</summary>
    /// <value>The default value is 1e-4.</value>
    public float Tolerance { get; init; } = 1e-4f;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(InputName);
        ArgumentException.ThrowIfNullOrWhiteSpace(OutputName);
        if (InputName == OutputName)
            throw new ArgumentException($"{nameof(InputName)} and {nameof(OutputName)} are both '{InputName}'; they must differ.");
        if (FixedBatch is < 1)
            throw new ArgumentOutOfRangeException(nameof(FixedBatch), FixedBatch, $"{nameof(FixedBatch)} is {FixedBatch}; it must be at least 1, or null for any batch size.");
        if (!(Tolerance > 0))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"{nameof(Tolerance)} is {Tolerance}; it must be positive.");
    }
}
