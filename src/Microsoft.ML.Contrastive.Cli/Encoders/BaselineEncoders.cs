using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Encoders;

/// <summary>What an encoder has to beat: features that nobody has trained.</summary>
internal static class BaselineEncoders
{
    private const int LargestPixelSide = 32;

    private const float Grey = 127.5f;

    /// <summary>The pixels themselves, in the size of an encoder but no more than 32 × 32; grey is 0, and a row is no longer than 1.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="size">Size of the encoder's images.</param>
    /// <param name="images">Data with an image column; only its schema is looked at.</param>
    public static ITransformer Pixels(MLContext mlContext, ImageSize size, IDataView images)
    {
        const string Resized = "Resized";
        (int width, int height) = (Math.Min(size.Width, LargestPixelSide), Math.Min(size.Height, LargestPixelSide));
        // Classifiers' learning rates are meant for features of such a length.
        float scale = (float)(1 / (Grey * Math.Sqrt(3 * width * height)));
        return mlContext.Transforms.ResizeImages(Resized, width, height, DatasetView.ImageColumnName, ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(mlContext.Transforms.ExtractPixels(SavedEncoder.FeaturesColumnName, Resized, offsetImage: Grey, scaleImage: scale))
            .Fit(images);
    }

    /// <summary>A network as it is before any training: what its structure alone is worth.</summary>
    /// <param name="mlContext">Its GPU settings say where.</param>
    /// <param name="backbone">The network.</param>
    /// <param name="normalization">How pixels are scaled for it.</param>
    /// <param name="size">Size of its images.</param>
    /// <param name="seed">Seed of the weights.</param>
    public static ContrastiveEncoderTransformer Untrained(MLContext mlContext, Backbone backbone, PixelNormalization normalization, ImageSize size, int seed)
    {
        using IChannel channel = ((IHostEnvironment)mlContext).Register(nameof(Untrained)).Start(nameof(Untrained));
        torch.Device device = TorchDevice.Select(mlContext, channel);
        BackboneModule network = TorchInitialization.FromSeed(seed, backbone.Create);
        network.to(device);
        network.eval();
        return new ContrastiveEncoderTransformer(mlContext, new EncoderNetwork(network, normalization, size, device), SavedEncoder.FeaturesColumnName, DatasetView.ImageColumnName);
    }
}
