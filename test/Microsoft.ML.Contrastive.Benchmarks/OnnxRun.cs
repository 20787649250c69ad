using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Size and deviation of an exported encoder by the type of its weights: fresh weights, running statistics after passes over noise.</summary>
internal static class OnnxRun
{
    private const int PassesForStatistics = 40, Images = 8, Seed = 1;

    public static int Execute(string backboneName, int imageSize)
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        random.manual_seed(Seed);
        BackboneModule backbone = Backbone.Parse(backboneName).Create();
        using (no_grad())
        {
            backbone.train();
            for (int i = 0; i < PassesForStatistics; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                backbone.forward(randn(Images, 3, 64, 64));
            }

            backbone.eval();
        }

        using var network = new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(imageSize, imageSize), CPU);
        using var encoder = new ContrastiveEncoderTransformer(new MLContext(), network, "Features", "Image");
        Console.WriteLine("| weights | file, bytes | largest deviation | of the largest feature |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (OnnxWeightType weights in Enum.GetValues<OnnxWeightType>())
        {
            OnnxExportResult result = encoder.ExportToOnnx(Stream.Null, new OnnxExportOptions { Weights = weights });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {weights} | {result.FileSize:N0} | {result.LargestDeviation:G2} | {result.LargestDeviation / result.LargestFeature:P3} |"));
        }

        Console.WriteLine(encoder.ExportToOnnx(Stream.Null, new OnnxExportOptions { RawImageInput = true }));
        Console.WriteLine(Hardware.Description);
        return 0;
    }
}
