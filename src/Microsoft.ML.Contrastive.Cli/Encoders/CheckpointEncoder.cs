using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Encoders;

/// <summary>The encoder of a checkpoint with its projection head.</summary>
internal static class CheckpointEncoder
{
    /// <summary>Builds the method as it was trained and takes encoder and head out of it.</summary>
    /// <param name="mlContext">Its GPU settings say where.</param>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="preset">What the run was trained by.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another method or network.</exception>
    public static ContrastiveEncoderTransformer Open(MLContext mlContext, string folder, ContrastivePreset preset)
    {
        using IChannel channel = ((IHostEnvironment)mlContext).Register(nameof(CheckpointEncoder)).Start(nameof(Open));
        torch.Device device = TorchDevice.Select(mlContext, channel);
        // Every value is overwritten.
        MethodModule method = TorchInitialization.FromSeed(seed: 1, () => preset.Method.Create(preset.Backbone));
        try
        {
            Checkpoint.Restore(folder, method);
            method.to(device);
            method.eval();
            var network = new EncoderNetwork(method.Encoder, preset.Normalization, preset.Views[0].Crop.OutputSize, device, method.Projector);
            return new ContrastiveEncoderTransformer(mlContext, network, SavedEncoder.FeaturesColumnName, DatasetView.ImageColumnName);
        }
        finally
        {
            method.DisposeAllButEncoder(method.Projector);
        }
    }
}
