using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class MemoryFormatTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 17);

    public void Dispose() => _images.Dispose();

    [Fact]
    public void Channels_last_changes_no_weight_and_images_stay_in_that_order_through_the_network()
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        BackboneModule network = TorchInitialization.FromSeed(1, () => Backbone.ResNet10(Stem.ImageNet, 0.25).Create());
        network.eval();
        Tensor images = rand(2, 3, 64, 64);
        List<Tensor> weights = [.. network.parameters().Select(p => p.clone())];
        Tensor before = network.FeatureMap(images);

        ChannelsLast.Apply(network);
        Tensor map = network.FeatureMap(images);
        Assert.Equal([map.shape[1] * map.shape[2] * map.shape[3], 1, map.shape[1] * map.shape[3], map.shape[1]], map.stride());
        Assert.True(allclose(before, map, 1e-4, 1e-5));
        Assert.All(network.parameters().Zip(weights), p => Assert.True(p.First.equal(p.Second).all().item<bool>()));

        ChannelsLast.Undo(network);
        Assert.All(network.parameters(), p => Assert.True(p.is_contiguous()));
        Assert.All(network.parameters().Zip(weights), p => Assert.True(p.First.equal(p.Second).all().item<bool>()));
    }

    /// <summary>Momentum copies, flat buffers and the handed-out encoder do not care how weights lie.</summary>
    [Theory]
    [InlineData("simclr")]
    [InlineData("byol")]
    public void Training_is_the_same_up_to_rounding_and_hands_out_weights_in_torchs_order(string method)
    {
        (double[] Losses, float[] Features) first = Fit(method, MemoryFormat.ChannelsFirst), last = Fit(method, MemoryFormat.ChannelsLast);
        Assert.All(first.Losses.Zip(last.Losses), l => Assert.Equal(l.First, l.Second, 1e-3));
        Assert.All(first.Features.Zip(last.Features), f => Assert.Equal(f.First, f.Second, 1e-2));
        Assert.NotEqual(first.Features, last.Features);
        Assert.Equal(last.Features, Fit(method, MemoryFormat.Auto).Features);
    }

    [Theory]
    [InlineData("resnet18", Precision.Float32, DeviceType.CPU, MemoryFormat.ChannelsLast)]
    [InlineData("resnet50", Precision.Float32, DeviceType.CUDA, MemoryFormat.ChannelsFirst)]
    [InlineData("resnet50", Precision.BFloat16, DeviceType.CUDA, MemoryFormat.ChannelsLast)]
    [InlineData("vit-small-16", Precision.BFloat16, DeviceType.CUDA, MemoryFormat.ChannelsFirst)]
    public void The_rule_is_by_network_and_device(string backbone, Precision precision, DeviceType device, MemoryFormat expected)
    {
        Assert.Equal(expected, MemoryFormat.Auto.Resolve(Backbone.Parse(backbone), precision, device));
        Assert.Equal(MemoryFormat.ChannelsFirst, MemoryFormat.ChannelsFirst.Resolve(Backbone.Parse(backbone), precision, device));
    }

    private (double[] Losses, float[] Features) Fit(string method, MemoryFormat format)
    {
        var losses = new List<double>();
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, workspace: null);
        (options.MemoryFormat, options.Precision, options.Epochs, options.MonitoredImages) = (format, Precision.Float32, 2, 0);
        options.Optimizer = new Sgd { LearningRate = 0.02 };    // so slow that rounding does not grow
        options.MetricsCallback = metrics => losses.Add(metrics.Loss);
        using var encoder = TinyPretraining.Fit(_images.Path, options);
        Assert.All(encoder.Network.Backbone.parameters(), p => Assert.True(p.is_contiguous()));
        return ([.. losses], TinyPretraining.Features(_images.Path, encoder));
    }
}
