using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Contrastive.Tests.Backbones;

public class OnnxModelTests
{
    /// <summary>What the encoder transformer promises between torch in memory and ONNX Runtime.</summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<string, int, int> Networks
    {
        get
        {
            var data = new TheoryData<string, int, int>
            {
                // At full width, once each.
                { "resnet50", 33, 47 },
                { "vit-base-16-32px", 32, 32 },
                // Stems, sizes that no stride divides, one pixel at the end.
                { "resnet18-cifar-w0.25", 17, 31 },
                { "resnet10-compact-w0.25", 36, 36 },
                { "resnet50-cifar-w0.125-zeroinit", 9, 15 },
                { "resnet18-w0.25", 1, 1 },
                // Interpolated position embeddings, patches that do not cover the image.
                { "vit-tiny-8-32px", 45, 83 },
                { "vit-tiny-16-mocov3", 50, 35 },
            };
            foreach (string name in Backbone.KnownNames)
            {
                if (name.StartsWith("resnet", StringComparison.Ordinal))
                    data.Add(name + "-w0.125", 65, 95);
                else if (name != "vit-base") // above
                    data.Add(name + "-16-64px", 64, 64);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Onnx_runtime_gives_torchs_features(string name, int height, int width)
    {
        using BackboneModule network = Perturbed(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor images = randn(2, 3, height, width);
        float[] expected = Features(network, images);

        foreach (bool fold in new[] { true, false })
        {
            byte[] model = OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", height, width) { FoldBatchNorm = fold });
            AssertClose(expected, Run(model, images));
        }
    }

    [Fact]
    public void Normalisation_happens_inside_and_per_channel()
    {
        using BackboneModule network = Perturbed("resnet10-compact-w0.25");
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = randint(0, 256, [3, 3, 20, 24]).to(float32);
        PixelNormalization normalization = PixelNormalization.ImageNet;
        Tensor mean = tensor([.485f, .456f, .406f]).view(1, 3, 1, 1), std = tensor([.229f, .224f, .225f]).view(1, 3, 1, 1);

        byte[] model = OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", 20, 24) { Normalization = normalization });

        AssertClose(Features(network, ((pixels / 255) - mean) / std), Run(model, pixels));
    }

    [Fact]
    public void Names_sizes_and_facts_are_those_asked_for()
    {
        using BackboneModule network = Backbone.ResNet10(widthMultiplier: 0.125).Create();

        // Names that layers inside have too.
        byte[] model = OnnxModel.Write(network, new OnnxModelOptions("conv1", "relu", 32, 48)
        {
            Batch = 1,
            Metadata = new Dictionary<string, string> { ["backbone"] = "resnet10-w0.125" },
        });

        using InferenceSession session = Open(model);
        Assert.Equal([1, 3, 32, 48], session.InputMetadata["conv1"].Dimensions);
        Assert.Equal([1, 64], session.OutputMetadata["relu"].Dimensions);
        Assert.Equal("resnet10-w0.125", session.ModelMetadata.CustomMetadataMap["backbone"]);
        Assert.Equal("Microsoft.ML.Contrastive", session.ModelMetadata.ProducerName);
    }

    [Fact]
    public void One_file_takes_any_number_of_images()
    {
        using BackboneModule network = Perturbed("vit-tiny-16-32px");
        byte[] model = OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", 32, 32));

        foreach (int batch in new[] { 1, 5 })
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor images = randn(batch, 3, 32, 32);
            AssertClose(Features(network, images), Run(model, images));
        }
    }

    [Fact]
    public void A_classifier_can_follow_the_features()
    {
        using BackboneModule network = Perturbed("resnet10-compact-w0.125");
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn(4, 64), bias = randn(4), images = randn(2, 3, 16, 16);

        byte[] model = OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", 16, 16)
        {
            Head = new OnnxHead([new("Score", Onnx.TensorProto.Types.DataType.Float, 4)], (graph, features) =>
            {
                string logits = graph.Gemm(features, graph.Initializer("classifier.weight", weight), graph.Initializer("classifier.bias", bias));
                return [graph.Softmax(logits)];
            }),
        });

        Tensor expected = nn.functional.softmax(tensor(Features(network, images), [2, 64]).matmul(weight.t()) + bias, 1);
        AssertClose(expected.data<float>().ToArray(), Run(model, images, "Score"));
    }

    [Fact]
    public void Writing_leaves_no_tensor_behind_and_the_network_as_it_was()
    {
        using BackboneModule network = Perturbed("vit-tiny-16-32px");
        network.train();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", 48, 32));

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(network.training);
    }

    [Theory]
    [InlineData("Image", "Image", 32, 32)]
    [InlineData("", "Features", 32, 32)]
    [InlineData("Image", "Features", 0, 32)]
    public void Bad_options_are_refused(string input, string output, int height, int width)
    {
        using BackboneModule network = Backbone.ResNet10(widthMultiplier: 0.125).Create();

        Assert.ThrowsAny<ArgumentException>(() => OnnxModel.Write(network, new OnnxModelOptions(input, output, height, width)));
    }

    /// <summary>A network in evaluation mode whose batch norms have running statistics and weights as after training, not the 0 and 1 of a fresh one.</summary>
    private static BackboneModule Perturbed(string name)
    {
        BackboneModule network = Backbone.Parse(name).Create();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (BatchNorm2d norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.normal_(0, 0.1);
            norm.running_var!.uniform_(0.5, 2);
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.normal_(0, 0.2);
        }

        network.eval();
        return network;
    }

    private static float[] Features(BackboneModule network, Tensor images)
    {
        using var noGrad = no_grad();
        using Tensor features = network.call(images);
        return features.contiguous().data<float>().ToArray();
    }

    private static float[] Run(byte[] model, Tensor images, string output = "Features")
    {
        using InferenceSession session = Open(model);
        var input = new DenseTensor<float>(images.data<float>().ToArray(), [.. images.shape.Select(n => (int)n)]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([NamedOnnxValue.CreateFromTensor("Image", input)], [output]);
        return [.. results[0].AsEnumerable<float>()];
    }

    private static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(model, options);
    }

    /// <summary>Relative to the largest feature, or absolute below 1: perturbed networks without training can have large features.</summary>
    private static void AssertClose(float[] expected, float[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        double scale = Math.Max(1, expected.Max(Math.Abs)), worst = expected.Zip(got, (e, g) => Math.Abs(e - g)).Max() / scale;
        Assert.True(worst <= Tolerance, $"worst deviation {worst} at a scale of {scale}");
        Assert.True(expected.Distinct().Count() > expected.Length / 4, "the features hardly differ: nothing was compared");
    }
}
