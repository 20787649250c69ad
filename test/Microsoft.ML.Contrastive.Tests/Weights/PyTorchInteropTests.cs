using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Weights;

/// <summary>Weights to PyTorch and torchvision and back, through eng/interop/torchvision_weights.py.</summary>
public sealed class PyTorchInteropTests : IDisposable
{
    private static readonly string[] Backbones = ["resnet18", "resnet50"];

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Torchvision_loads_our_weights_strictly_and_we_load_its_with_the_same_features_skipped_without_python3_torch_and_torchvision()
    {
        string python = InteropScript.PythonWith("torch, torchvision", "python3-torch, python3-torchvision");
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        Tensor images = randn(3, 3, 64, 64);
        foreach (string backbone in Backbones)
        {
            using BackboneModule ours = Backbone.Parse(backbone).Create();
            using (no_grad())
            {
                ours.call(randn(4, 3, 64, 64));     // batch norms that have seen something
                ours.eval();
                WeightsWriter.Write(InFolder($"{backbone}-ours.pth"), ours, null);
                using FileStream sample = File.Create(InFolder($"{backbone}-sample.pth"));
                PyTorchWriter.Write(sample, [("images", images), ("features", ours.call(images))]);
            }
        }

        InteropScript.Run(python, "torchvision_weights.py", [_folder, .. Backbones]);

        foreach (string backbone in Backbones)
        {
            using TensorFile sample = TensorFile.Open(InFolder($"{backbone}-theirs-sample.pth"));
            float[] expected = sample.Read("features").data<float>().ToArray();
            foreach (string file in (string[])[$"{backbone}-theirs.pth", $"{backbone}-theirs-legacy.pth"])
            {
                using ContrastiveEncoderTransformer theirs = new MLContext().Contrastive().LoadEncoder(InFolder(file), backbone);
                Assert.Equal((WeightFormat.MoCo, true), (theirs.LoadedWeights!.Format, theirs.LoadedWeights.IsComplete));
                float[] actual = theirs.Network.Encode(sample.Read("images"));
                Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), 0, 1e-5f);
            }

            // Features that are all alike would agree whatever the weights.
            Assert.InRange(expected.Max() - expected.Min(), 0.1f, float.MaxValue);
        }
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
