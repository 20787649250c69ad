using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Backbones;

public class BackboneTests
{
    public static TheoryData<Backbone, string, int> Descriptions => new()
    {
        { Backbone.ResNet10(Stem.Compact, widthMultiplier: 0.25), "resnet10-compact-w0.25", 128 },
        { Backbone.ResNet18(), "resnet18", 512 },
        { Backbone.ResNet18(Stem.Cifar), "resnet18-cifar", 512 },
        { Backbone.ResNet34(zeroInitializeResidual: true), "resnet34-zeroinit", 512 },
        { Backbone.ResNet50(Stem.Cifar, 0.5, zeroInitializeResidual: true), "resnet50-cifar-w0.5-zeroinit", 1024 },
        { Backbone.ResNet50(widthMultiplier: 2), "resnet50-w2", 4096 },
        { Backbone.VisionTransformerTiny(), "vit-tiny-16", 192 },
        { Backbone.VisionTransformerSmall(8, 96), "vit-small-8-96px", 384 },
        { Backbone.VisionTransformerBase(variant: VisionTransformerVariant.MoCoV3), "vit-base-16-mocov3", 768 },
    };

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void A_name_says_everything(Backbone backbone, string name, int features)
    {
        Assert.Equal(name, backbone.Name);
        Assert.Equal(backbone, Backbone.Parse(name));
        Assert.Equal(backbone, Backbone.Parse(name.ToUpperInvariant()));
        Assert.Equal(features, backbone.FeatureDimension);
    }

    [Theory]
    [InlineData("vit-small", "vit-small-16")]
    [InlineData("vit-small-96px", "vit-small-16-96px")]
    [InlineData("resnet18-w1", "resnet18")]
    public void What_a_name_leaves_out_is_the_default(string name, string full) => Assert.Equal(full, Backbone.Parse(name).Name);

    [Theory]
    [InlineData("resnet19")]
    [InlineData("resnet180")]
    [InlineData("resnet18-cifra")]
    [InlineData("resnet18-w0.5-cifar")]
    [InlineData("resnet18-wide")]
    [InlineData("vit-small-16.5")]
    [InlineData("vit")]
    public void An_unknown_name_is_refused_with_what_would_be_known(string name)
    {
        var e = Assert.Throws<ArgumentException>(() => Backbone.Parse(name));

        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.True(e.Message.Contains("resnet18, ", StringComparison.Ordinal) || e.Message.Contains("suffixes", StringComparison.Ordinal), e.Message);
    }

    [Theory]
    [InlineData("resnet18-w0")]
    [InlineData("resnet18-w-1")]
    [InlineData("resnet18-w17")]
    [InlineData("resnet18-wNaN")]
    [InlineData("vit-tiny-0")]
    [InlineData("vit-tiny-16-100px")]
    public void A_value_out_of_range_is_refused(string name) => Assert.ThrowsAny<ArgumentException>(() => Backbone.Parse(name));

    [Theory]
    [InlineData("resnet10", 4_905_792)]
    [InlineData("resnet18", 11_176_512)] // torchvision's 11,689,512 without the classifier's 513,000
    [InlineData("resnet34", 21_284_672)]
    [InlineData("resnet50", 23_508_032)]
    [InlineData("resnet50-w2", 93_907_072)] // the literature's "ResNet-50 (2x): 94M"
    [InlineData("vit-tiny-16", 5_524_416)]
    [InlineData("vit-small-16", 21_665_664)] // DINO's ViT-S/16
    [InlineData("vit-base-16", 85_798_656)]
    public void The_number_of_parameters_is_the_published_one(string name, long expected)
    {
        using BackboneModule network = Backbone.Parse(name).Create();

        Assert.Equal(expected, network.parameters().Sum(p => p.numel()));
    }

    public static TheoryData<string, int, int> SmallNetworks => new()
    {
        { "resnet10-compact-w0.25", 36, 36 },
        { "resnet18-cifar-w0.25", 17, 23 },
        { "resnet34-w0.125", 33, 65 },
        { "resnet50-w0.125", 32, 32 },
        { "vit-tiny-8-32px", 32, 32 },
        { "vit-tiny-8-32px-mocov3", 24, 41 },
    };

    [Theory]
    [MemberData(nameof(SmallNetworks))]
    public void Forward_and_backward_leave_no_tensor_behind(string name, int height, int width)
    {
        Backbone backbone = Backbone.Parse(name);
        using BackboneModule network = backbone.Create();
        using Tensor images = randn(2, 3, height, width);
        Step();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (int i = 0; i < 3; i++)
            Step();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor features = network.call(images);
            Assert.Equal([2, backbone.FeatureDimension], features.shape);
            features.sum().backward();
            network.zero_grad(set_to_none: true);
            using var noGrad = no_grad();
            network.eval();
            network.call(images);
            network.train();
        }
    }

    [Theory]
    [MemberData(nameof(SmallNetworks))]
    public void A_network_inside_another_keeps_its_names_and_follows_it_to_another_type(string name, int height, int width)
    {
        using BackboneModule network = Backbone.Parse(name).Create();
        string[] names = [.. network.state_dict().Keys];

        using var parent = new Parent(network);
        parent.to(float64);

        Assert.Equal(names.Select(n => "encoder." + n), parent.state_dict().Keys);
        using Tensor features = network.call(randn(2, 3, height, width, dtype: float64));
        Assert.Equal(float64, features.dtype);
    }

    private sealed class Parent : nn.Module
    {
        public Parent(nn.Module encoder)
            : base(nameof(Parent)) => register_module("encoder", encoder);
    }
}
