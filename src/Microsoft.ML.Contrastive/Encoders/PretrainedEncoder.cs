using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Makes an encoder of a file of weights.</summary>
internal static class PretrainedEncoder
{
    public static ContrastiveEncoderTransformer Load(MLContext context, string path, Backbone backbone, LoadEncoderOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(backbone);
        options.Validate();
        using IChannel channel = ((IHostEnvironment)context).Register(nameof(PretrainedEncoder)).Start("Loading weights");
        Device device = TorchDevice.Select(context, channel);
        // What the file does not have keeps these.
        BackboneModule network = TorchInitialization.FromSeed(MlNetInternals.Seed(context) ?? Random.Shared.Next(), backbone.Create);
        try
        {
            WeightsReport report = WeightsReader.Read(path, network, options.Format, options.AllowPartial);
            if (report.IsComplete)
                channel.Info(MessageSensitivity.None, "{0}", $"'{path}' as {backbone.Name}: {report}.");
            else
                channel.Warning(MessageSensitivity.None, "{0}", $"'{path}' as {backbone.Name}, in part: {report}.");
            network.to(device);
            network.eval();
            var size = options.ImageSize ?? new ImageSize(backbone.UsualImageSize, backbone.UsualImageSize);
            return new ContrastiveEncoderTransformer(
                context, new EncoderNetwork(network, options.Normalization, size, device), options.OutputColumnName, options.InputColumnName)
            { LoadedWeights = report };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
