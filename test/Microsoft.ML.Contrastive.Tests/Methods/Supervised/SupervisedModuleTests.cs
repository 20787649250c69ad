using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods.Supervised;

public class SupervisedModuleTests
{
    private const int Rows = 6, Classes = 3;
    private static readonly TinyBackbone Tiny = new(5, 0, 8);
    private static readonly long[] Labels = [0, 2, 1, 1, 0, 2];

    public SupervisedModuleTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 1)]
    [InlineData(0.1, 2)]
    public void Loss_and_gradient_are_those_of_cross_entropy_by_plain_loops(double smoothing, int views)
    {
        using var scope = NewDisposeScope();
        using SupervisedModule module = new CrossEntropy { ClassCount = Classes, LabelSmoothing = smoothing, EncoderLearningRateFactor = 0 }.Create(Tiny);
        module.train();
        Tensor[] images = [.. Enumerable.Range(1, views).Select(v => Methods.Rows.Random(Rows, 5, v))];
        Tensor loss = module.Loss(images, tensor(Labels), default);
        loss.backward();

        module.Encoder.eval();
        double expected = 0;
        var intercept = new double[Classes];
        var weight = new double[Classes, 8];
        foreach (Tensor view in images)
        {
            float[] features = module.Encoder.call(view).ToFloats(), logits = module.Classifier.call(module.Encoder.call(view)).ToFloats();
            for (int row = 0; row < Rows; row++)
            {
                double sum = Enumerable.Range(0, Classes).Sum(c => Math.Exp(logits[row * Classes + c]));
                for (int c = 0; c < Classes; c++)
                {
                    double target = (c == Labels[row] ? 1 - smoothing : 0) + smoothing / Classes, probability = Math.Exp(logits[row * Classes + c]) / sum;
                    expected -= target * Math.Log(probability) / (Rows * views);
                    intercept[c] += (probability - target) / (Rows * views);
                    for (int i = 0; i < 8; i++)
                        weight[c, i] += (probability - target) * features[row * 8 + i] / (Rows * views);
                }
            }
        }

        Assert.Equal(expected, loss.item<float>(), 1e-5);
        AssertClose(intercept, module.Classifier.bias!.grad!);
        AssertClose([.. weight.Cast<double>()], module.Classifier.weight!.grad!);
    }

    [Fact]
    public void Every_parameter_learns_unless_the_encoder_is_frozen()
    {
        using SupervisedModule whole = new CrossEntropy { ClassCount = Classes, EncoderLearningRateFactor = 0.25 }.Create(Tiny);
        using SupervisedModule frozen = new CrossEntropy { ClassCount = Classes, EncoderLearningRateFactor = 0 }.Create(Tiny);

        Assert.Equal(whole.named_parameters().Select(p => p.name), whole.TrainableParameters().Select(p => p.Name));
        Assert.All(whole.TrainableParameters(), p => Assert.Equal(p.Name.StartsWith("encoder.", StringComparison.Ordinal) ? 0.25 : 1, p.LearningRateFactor));
        Assert.Equal(["classifier.weight", "classifier.bias"], frozen.TrainableParameters().Select(p => p.Name));
    }

    [Theory]
    [InlineData("resnet10-cifar-w0.125")]
    [InlineData("vit-tiny-16-32px")]
    [InlineData("vit-tiny-16-32px-mocov3")]
    public void It_starts_at_the_weights_and_statistics_that_it_is_given_and_does_not_share_them(string backbone)
    {
        using var scope = NewDisposeScope();
        using BackboneModule pretrained = Backbone.Parse(backbone).Create();
        pretrained.train();
        Tensor images = randn(2, 3, 32, 32);
        pretrained.call(images);
        using SupervisedModule module = new CrossEntropy { ClassCount = Classes }.Create(pretrained.Description!);
        module.Encoder.CopyFrom(pretrained);
        foreach ((string name, Tensor tensor) in pretrained.state_dict())
            Assert.Equal(tensor.to(float32).ToFloats(), module.Encoder.state_dict()[name].to(float32).ToFloats());
        pretrained.eval();
        module.eval();
        float[] before = pretrained.call(images).ToFloats();
        Assert.Equal(before, module.Encoder.call(images).ToFloats());

        using (no_grad())
        {
            foreach ((_, TorchSharp.Modules.Parameter parameter) in module.Encoder.named_parameters())
                parameter.mul_(2);
        }

        Assert.Equal(before, pretrained.call(images).ToFloats());
    }

    private static void AssertClose(double[] expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.ToFloats()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
}
