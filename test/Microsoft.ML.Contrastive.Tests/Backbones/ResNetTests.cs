using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Backbones;

[Collection(nameof(TorchRandomNumbers))]
public class ResNetTests
{
    [Theory]
    [InlineData("resnet18", 64, 16, 2)] // 7×7 stride 2 and pooling: 1/4 before the stages, 1/32 after them
    [InlineData("resnet18-compact", 64, 32, 4)]
    [InlineData("resnet18-cifar", 64, 64, 8)]
    public void The_stem_decides_how_fast_the_image_shrinks(string name, int size, int afterStem, int atTheEnd)
    {
        using BackboneModule network = Backbone.Parse(name + "-w0.125").Create();
        using DisposeScope scope = NewDisposeScope();
        var sizes = new List<long>();
        foreach (ResidualBlock block in network.modules().OfType<ResidualBlock>())
        {
            block.register_forward_pre_hook((_, x) =>
            {
                sizes.Add(x.shape[2]);
                return x;
            });
            block.register_forward_hook((_, _, y) =>
            {
                sizes.Add(y.shape[2]);
                return y;
            });
        }

        network.call(zeros(2, 3, size, size));

        Assert.Equal(afterStem, sizes[0]);
        Assert.Equal(atTheEnd, sizes[^1]);
    }

    [Fact]
    public void Convolutions_start_from_kaiming_normal_by_fan_out()
    {
        using BackboneModule network = Backbone.ResNet18().Create();

        foreach ((string name, Parameter weight) in network.named_parameters().Where(p => p.parameter.dim() == 4))
        {
            double expected = Math.Sqrt(2.0 / (weight.shape[0] * weight.shape[2] * weight.shape[3]));
            double std = weight.detach().std().item<float>();
            Assert.True(Math.Abs((std / expected) - 1) < 0.05, $"{name}: {std} against {expected}");
        }

        Assert.All(network.named_parameters().Where(p => p.name.EndsWith("bn2.weight", StringComparison.Ordinal)), p => Assert.Equal(1, p.parameter.min().item<float>()));
    }

    [Theory]
    [InlineData("resnet18-w0.125")]
    [InlineData("resnet50-w0.125")]
    public void With_zero_initialisation_a_block_starts_as_the_identity(string name)
    {
        using BackboneModule network = Backbone.Parse(name + "-zeroinit").Create();
        using DisposeScope scope = NewDisposeScope();
        ResidualBlock block = network.modules().OfType<ResidualBlock>().ElementAt(1);
        Tensor x = rand(2, block.OutputChannels, 5, 5); // not negative, as what comes from a ReLU

        Assert.True(block.call(x).equal(x).all().item<bool>());
    }

    [Fact]
    public void One_seed_gives_the_same_weights()
    {
        float[] Weights()
        {
            manual_seed(11);
            using BackboneModule network = Backbone.ResNet10(widthMultiplier: 0.25).Create();
            return [.. network.parameters().SelectMany(p => p.detach().flatten().data<float>().ToArray())];
        }

        Assert.Equal(Weights(), Weights());
    }
}
