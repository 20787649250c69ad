using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder as ONNX: written, run and compared in one act.</summary>
internal static class EncoderOnnx
{
    /// <summary>The model's bytes, once ONNX Runtime has given the same features as the network.</summary>
    /// <param name="network">The encoder.</param>
    /// <param name="options">What to write.</param>
    /// <param name="deviation">Largest difference between two features.</param>
    public static byte[] Verified(EncoderNetwork network, OnnxExportOptions options, out float deviation) =>
        Verified(network, options, vectorOutput: false, out deviation);

    private static byte[] Verified(EncoderNetwork network, OnnxExportOptions options, bool vectorOutput, out float deviation)
    {
        byte[] model = OnnxModel.Write(network.Backbone, ModelOptions(network, options) with { VectorOutput = vectorOutput });
        using var trial = new OnnxTrial(model, network, options);
        deviation = trial.Deviation(options.OutputName, trial.Features);
        RequireWithin(options, deviation);
        return model;
    }

    /// <summary>How the encoder is written, with or without a classifier behind it.</summary>
    public static OnnxModelOptions ModelOptions(EncoderNetwork network, OnnxExportOptions options)
    {
        options.Validate();
        return new OnnxModelOptions(options.InputName, options.OutputName, network.InputSize.Height, network.InputSize.Width)
        {
            Batch = options.FixedBatch,
            Normalization = network.Normalization,
            Metadata = Facts(network),
        };
    }

    /// <summary>Throws when a model differs from the network by more than the options allow.</summary>
    public static void RequireWithin(OnnxExportOptions options, float deviation)
    {
        if (!(deviation <= options.Tolerance))
            throw new InvalidOperationException(
                $"The exported model differs from the encoder by {deviation:G3}, more than the tolerance of {options.Tolerance:G3} ({nameof(OnnxExportOptions)}.{nameof(OnnxExportOptions.Tolerance)}); it was not written.");
    }

    /// <summary>Writes a verified model under a temporary name first, so that a file which bears its name is whole.</summary>
    public static void WriteFile(string path, byte[] model)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, model);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The encoder as a chain of ML.NET's own steps, which any ML.NET application can load.</summary>
    public static TransformerChain<ITransformer> Saved(EncoderInput input, EncoderNetwork network, string outputColumn)
    {
        byte[] model = Verified(network, new OnnxExportOptions { InputName = input.PixelColumn, OutputName = outputColumn, FixedBatch = 1 }, vectorOutput: true, out _);
        return StockChain.Create(input, outputColumn, model);
    }

    /// <summary>What whoever finds the file needs to know to feed it.</summary>
    private static Dictionary<string, string> Facts(EncoderNetwork network)
    {
        (float R, float G, float B) mean = network.Normalization.Mean, std = network.Normalization.Std;
        return new Dictionary<string, string>
        {
            ["backbone"] = network.Backbone.GetName(),
            ["image_size"] = network.InputSize.ToString(),
            ["pixel_range"] = "0..255",
            ["channel_order"] = "RGB",
            ["mean"] = string.Create(CultureInfo.InvariantCulture, $"{mean.R},{mean.G},{mean.B}"),
            ["std"] = string.Create(CultureInfo.InvariantCulture, $"{std.R},{std.G},{std.B}"),
        };
    }
}
