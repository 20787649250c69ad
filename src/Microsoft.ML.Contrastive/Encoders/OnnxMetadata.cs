using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What whoever finds an exported file needs to know: where it comes from and how to feed it.</summary>
internal static class OnnxMetadata
{
    /// <summary>The entries of an encoder.</summary>
    public static Dictionary<string, string> Of(ContrastiveEncoderTransformer encoder, OnnxExportOptions options)
    {
        (float R, float G, float B) mean = encoder.Network.Normalization.Mean, std = encoder.Network.Normalization.Std;
        var entries = new Dictionary<string, string>
        {
            ["library"] = $"Microsoft.ML.Contrastive {typeof(OnnxMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}",
            ["backbone"] = encoder.Network.Backbone.Description?.Name ?? encoder.Network.Backbone.GetName(),
            ["image_size"] = encoder.ImageSize.ToString(),
            ["pixel_range"] = "0..255",
            ["channel_order"] = "RGB",
            ["layout"] = options.RawImageInput ? "NHWC, any size: resized and cropped inside" : "NCHW",
            ["mean"] = string.Create(CultureInfo.InvariantCulture, $"{mean.R},{mean.G},{mean.B}"),
            ["std"] = string.Create(CultureInfo.InvariantCulture, $"{std.R},{std.G},{std.B}"),
            ["weights"] = options.Weights.ToString().ToLowerInvariant(),
        };
        Add("method", encoder.Method);
        Add("epochs", encoder.TrainedEpochs?.ToString(CultureInfo.InvariantCulture));
        Add("license", options.License);
        return entries;

        void Add(string key, string? value)
        {
            if (value is not null)
                entries[key] = value;
        }
    }
}
