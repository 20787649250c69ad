using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using TorchSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

public class OpenCvTests
{
    [Theory]
    [InlineData("resnet18-w0.25", false)]
    [InlineData("resnet18-w0.25", true)]
    [InlineData("resnet50-cifar-w0.125", false)]
    public void OpenCVs_DNN_module_gives_the_same_features_skipped_without_python3_cv2(string name, bool featureMap)
    {
        string python = InteropScript.PythonWith("cv2", "python3-opencv");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("contrastive-");
        try
        {
            BackboneModule backbone = Backbone.Parse(name).Create();
            backbone.eval();
            using var network = new EncoderNetwork(backbone, PixelNormalization.ImageNet, new ImageSize(64, 48), torch.CPU);
            using var encoder = new ContrastiveEncoderTransformer(new MLContext(), network, "Features", "Image");
            using TrialImages images = TrialImages.Photographs(encoder.ImageSize, 1);
            string At(string file) => Path.Combine(folder.FullName, file);
            encoder.ExportToOnnx(At("encoder.onnx"), new OnnxExportOptions { FixedBatch = 1, FeatureMap = featureMap });
            File.WriteAllBytes(At("pixels"), MemoryMarshal.AsBytes<float>(images.Planes()));

            InteropScript.Run(python, "opencv_dnn.py", At("encoder.onnx"), At("pixels"), "1x3x48x64", At("features"));

            float[] expected = featureMap ? network.FeatureMap(images.Planes(), 1) : network.Encode(images.Planes(), 1);
            float[] features = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(At("features"))).ToArray();
            Assert.Equal(expected.Length, features.Length);
            Assert.InRange(features.Zip(expected, (f, e) => Math.Abs(f - e)).Max(), 0, 1e-3 * Math.Max(1, expected.Max(Math.Abs)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
