using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;
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
                // At full width, once each; twice the width.
                { "resnet50", 33, 47 },
                { "vit-base-16-32px", 32, 32 },
                { "resnet10-w2", 41, 23 },
                // One pixel at the end, blocks that start as the identity.
                { "resnet50-cifar-w0.125-zeroinit", 9, 15 },
                { "resnet18-w0.25", 1, 1 },
                // Interpolated position embeddings, patches that do not cover the image.
                { "vit-tiny-8-32px", 45, 83 },
                { "vit-tiny-16-mocov3", 50, 35 },
            };

            // Every backbone that there is: what is added to the registry is walked without a line here. Sizes that no stride divides.
            foreach (string name in Backbone.KnownNames)
            {
                if (name.StartsWith("resnet", StringComparison.Ordinal))
                {
                    foreach (Stem stem in Enum.GetValues<Stem>())
                        data.Add($"{name}{(stem == Stem.ImageNet ? "" : "-" + stem.ToString().ToLowerInvariant())}-w0.125", 65, 31);
                }
                else if (name != "vit-base") // above
                {
                    data.Add(name + "-16-64px", 67, 95);
                }
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
    public void Folding_leaves_no_batch_norm_and_keeping_it_leaves_the_networks_weights()
    {
        using BackboneModule network = Perturbed("resnet10-w0.125");
        var options = new OnnxModelOptions("Image", "Features", 32, 32);

        GraphProto folded = ModelProto.Parser.ParseFrom(OnnxModel.Write(network, options)).Graph;
        GraphProto kept = ModelProto.Parser.ParseFrom(OnnxModel.Write(network, options with { FoldBatchNorm = false })).Graph;

        Assert.DoesNotContain(folded.Node, n => n.OpType == "BatchNormalization");
        Assert.Equal(12, kept.Node.Count(n => n.OpType == "BatchNormalization"));
        using Tensor weight = network.state_dict()["layer1.0.conv1.weight"].detach().clone();
        Assert.Equal(weight.bytes.ToArray(), kept.Initializer.Single(i => i.Name == "layer1.0.conv1.weight").RawData.ToByteArray());
    }

    [Theory]
    [InlineData(OnnxWeightType.Float32, 4)]
    [InlineData(OnnxWeightType.Float16, 2)]
    [InlineData(OnnxWeightType.Int8, 1)]
    public void A_file_beyond_the_formats_limit_is_refused_before_it_is_written(OnnxWeightType weights, int bytes)
    {
        using BackboneModule network = Backbone.ResNet10(widthMultiplier: 0.125).Create();
        long matrices = network.state_dict().Values.Where(v => v.dim() > 1).Sum(v => v.NumberOfElements);
        long rest = network.state_dict().Values.Where(v => v.dim() < 2).Sum(v => v.NumberOfElements) * sizeof(float);
        var options = new OnnxModelOptions("Image", "Features", 32, 32) { Weights = weights };
        Assert.Equal(int.MaxValue, options.LargestFile);

        OnnxModel.Write(network, options with { LargestFile = (bytes * matrices) + rest });
        string message = Assert.Throws<InvalidOperationException>(() => OnnxModel.Write(network, options with { LargestFile = (bytes * matrices) + rest - 1 })).Message;

        Assert.Contains("resnet10-w0.125", message, StringComparison.Ordinal);
        Assert.Contains(nameof(OnnxWeightType.Int8), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet18-compact-w0.25", 33, 47)]
    [InlineData("vit-tiny-16-64px", 64, 64)]
    public void Narrow_weights_are_near(string name, int height, int width)
    {
        using BackboneModule network = Perturbed(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor images = randn(2, 3, height, width);
        float[] expected = Features(network, images);
        double scale = expected.Max(Math.Abs);
        byte[] Model(OnnxWeightType weights) => OnnxModel.Write(network, new OnnxModelOptions("Image", "Features", height, width) { Weights = weights });

        byte[] halves = Model(OnnxWeightType.Float16), integers = Model(OnnxWeightType.Int8);

        // Half of a 16-bit float's last place is 2⁻¹² of a weight, of an 8-bit integer's up to 1/254 of the channel's largest.
        Assert.InRange(Worst(expected, Run(halves, images)), 1e-7 * scale, 0.002 * scale);
        Assert.InRange(Worst(expected, Run(integers, images)), 1e-4 * scale, 0.06 * scale);
        double full = Model(OnnxWeightType.Float32).Length;
        Assert.InRange(halves.Length / full, 0.5, 0.56);
        Assert.InRange(integers.Length / full, 0.25, 0.34);
    }

    [Fact]
    public void Integers_reach_every_weight_to_half_a_step_channel_by_channel()
    {
        // Channels of very different size, and one of zeros: with one scale for all of them the small would vanish.
        using DisposeScope scope = NewDisposeScope();
        Tensor scales = tensor([1f, 1e-3f, 0f, 40f]);
        foreach (int axis in new[] { 0, 1 })
        {
            Tensor values = axis == 0 ? randn(4, 50) * scales.view(4, 1) : randn(50, 4) * scales;
            (Tensor integers, Tensor steps) = OnnxQuantization.PerChannel(values, axis);
            Tensor step = axis == 0 ? steps.view(4, 1) : steps;
            Assert.True((((integers.to(float32) * step) - values).abs() <= (step * 0.5001)).all().item<bool>());
            int[] largest = [.. Enumerable.Range(0, 4).Select(channel => integers.select(axis, channel).abs().max().to(int32).item<int>())];
            Assert.Equal([127, 127, 0, 127], largest);
        }
    }

    [Fact]
    public void Raw_images_are_resized_as_Pillow_does()
    {
        // 2.5 times as large and of the same shape, so that nothing is cropped: our renderer's resize is Pillow's to the bit, of 8 bits.
        (int height, int width) = (18, 24);
        using TrialImages images = TrialImages.Photographs(new ImageSize(60, 45), count: 2);
        var planes = new byte[3 * height * width];
        float[] resized = RunRaw(height, width, images);
        for (int image = 0; image < 2; image++)
        {
            var pillow = new Resize();
            byte[] pixels = images.Pixels[(image * 60 * 45 * 3)..((image + 1) * 60 * 45 * 3)];
            pillow.Run(new RgbImage(pixels, 60, 45), BoxSide.Create(0, 60, 60), BoxSide.Create(0, 45, 45), width, height, ResizeFilter.Bilinear, flip: false, planes);
            double worst = planes.Zip(resized.Skip(image * planes.Length), (p, r) => Math.Abs(p - r)).Max();
            Assert.InRange(worst, 0, 1.01);
        }
    }

    [Theory]
    [InlineData(24, 24)] // as it is
    [InlineData(61, 24)] // cropped alone
    [InlineData(53, 40)]
    [InlineData(40, 91)]
    [InlineData(17, 29)] // enlarged
    public void Raw_images_are_cropped_where_ML_NET_crops(int imageWidth, int imageHeight)
    {
        var context = new MLContext();
        using TrialImages images = TrialImages.Photographs(new ImageSize(imageWidth, imageHeight), count: 2);
        var input = new EncoderInput(context.Transforms, "Image", "Features", 24, 24);
        IDataView data = images.AsData(context, "Image");
        float[] stock = [.. input.For(data.Schema).Transform(data).GetColumn<float[]>(input.PixelColumn).SelectMany(p => p)];

        float[] raw = RunRaw(24, 24, images);

        double mean = stock.Zip(raw, (s, r) => Math.Abs(s - r)).Average();
        TestContext.Current.TestOutputHelper?.WriteLine($"{imageWidth}x{imageHeight}: mean difference {mean:F2} of 255");
        // Only where nothing is resized are they the same.
        Assert.InRange(mean, 0, Math.Min(imageWidth, imageHeight) == 24 ? 0 : 3);
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

    /// <summary>What the graph makes of raw images before the network: pixels 0 … 255, planes of each image.</summary>
    private static float[] RunRaw(int height, int width, TrialImages images)
    {
        using var pixels = new PixelsAsFeatures(height, width);
        using InferenceSession session = Open(OnnxModel.Write(pixels, new OnnxModelOptions("Image", "Features", height, width) { RawImage = true }));
        var input = new DenseTensor<byte>(images.Pixels, [images.Count, images.Size.Height, images.Size.Width, 3]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([NamedOnnxValue.CreateFromTensor("Image", input)]);
        return [.. results[0].AsEnumerable<float>()];
    }

    private static double Worst(float[] expected, float[] got) => expected.Zip(got, (e, g) => Math.Abs(e - g)).Max();

    /// <summary>A network whose features are the pixels.</summary>
    private sealed class PixelsAsFeatures(int height, int width) : BackboneModule(nameof(PixelsAsFeatures))
    {
        public override int FeatureDimension => 3 * height * width;

        public override Tensor forward(Tensor input) => input.flatten(1);

        public override string WriteOnnx(OnnxGraphWriter graph, string input) => graph.Flatten(input);
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
