using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// The residual network of He et al. (CVPR 2016) without its classifier: images [B, 3, H, W] to features [B, D], the mean over the positions of
/// the last stage. Parameters are named as torchvision names them ("conv1", "bn1", "layer1.0.conv1", "layer2.0.downsample.0", …) and start as there:
/// convolutions from Kaiming's normal distribution by fan-out, batch norms at one and zero.
/// </summary>
internal sealed class ResNet : BackboneModule
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly bool _poolsAfterStem;
    private readonly (string Path, ResidualBlock Block)[] _blocks;

    public ResNet(ResNetBackbone description)
        : base(description.Depth.Name)
    {
        FeatureDimension = description.FeatureDimension;
        _poolsAfterStem = description.Stem == Stem.ImageNet;
        int channels = description.Width;
        _conv1 = description.Stem switch
        {
            Stem.ImageNet => nn.Conv2d(3, channels, kernel_size: 7, stride: 2, padding: 3, bias: false),
            Stem.Cifar => nn.Conv2d(3, channels, kernel_size: 3, stride: 1, padding: 1, bias: false),
            _ => nn.Conv2d(3, channels, kernel_size: 3, stride: 2, padding: 1, bias: false),
        };
        _bn1 = nn.BatchNorm2d(channels);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);

        var blocks = new List<(string, ResidualBlock)>();
        (int one, int two, int three, int four) = description.Depth.Blocks;
        foreach ((int stage, int count) in new[] { (1, one), (2, two), (3, three), (4, four) })
        {
            int width = description.Width << (stage - 1);
            Sequential layer = nn.Sequential();
            for (int i = 0; i < count; i++)
            {
                int stride = stage > 1 && i == 0 ? 2 : 1;
                ResidualBlock block = description.Depth.IsBottleneck ? new Bottleneck(channels, width, stride) : new BasicBlock(channels, width, stride);
                channels = block.OutputChannels;
                layer.append(block);
                blocks.Add(($"layer{stage}.{i}", block));
            }

            register_module($"layer{stage}", layer);
        }

        _blocks = [.. blocks];
        Initialize(description.ZeroInitializeResidual);
    }

    public override int FeatureDimension { get; }

    public override Tensor forward(Tensor input)
    {
        using Tensor map = FeatureMap(input);
        return map.mean([2, 3]);
    }

    public override Tensor FeatureMap(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _conv1.call(input);
        x = Replace(x, _bn1.call(x)).relu_();
        if (_poolsAfterStem)
            x = Replace(x, nn.functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1));
        foreach ((_, ResidualBlock block) in _blocks)
            x = Replace(x, block.call(x));
        return x.MoveToOuterDisposeScope();

        // Without gradients this frees a layer's input as soon as its output is there; with gradients torch's graph keeps what it needs.
        static Tensor Replace(Tensor previous, Tensor next)
        {
            previous.Dispose();
            return next;
        }
    }

    public override string WriteOnnx(OnnxGraphWriter graph, string input) => graph.Flatten(graph.GlobalAveragePool(WriteFeatureMapOnnx(graph, input)));

    public override string WriteFeatureMapOnnx(OnnxGraphWriter graph, string input)
    {
        string x = graph.Relu(graph.ConvolutionAndBatchNorm("conv1", input, _conv1, "bn1", _bn1));
        if (_poolsAfterStem)
            x = graph.MaxPool(x, kernel: 3, stride: 2, padding: 1);
        foreach ((string path, ResidualBlock block) in _blocks)
            x = block.WriteOnnx(graph, x, path);
        return x;
    }

    private void Initialize(bool zeroInitializeResidual)
    {
        using var noGrad = no_grad();
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
            nn.init.kaiming_normal_(convolution.weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        if (!zeroInitializeResidual)
            return;
        foreach ((_, ResidualBlock block) in _blocks)
            nn.init.zeros_(block.LastBatchNorm.weight);
    }
}
