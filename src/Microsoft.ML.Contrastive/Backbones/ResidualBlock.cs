using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>A block of a ResNet: relu(residual(x) + shortcut(x)), the shortcut being the identity or, where the shape changes, a 1×1 convolution ("downsample").</summary>
internal abstract class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly List<(Conv2d Convolution, BatchNorm2d BatchNorm)> _residual = [];
    private readonly Conv2d? _shortcutConvolution;
    private readonly BatchNorm2d? _shortcutBatchNorm;

    /// <param name="name">Name of the class, for messages.</param>
    /// <param name="inputChannels">Channels that come in.</param>
    /// <param name="outputChannels">Channels that go out.</param>
    /// <param name="stride">Stride of the block, 1 or 2.</param>
    /// <param name="convolutions">The convolutions of the residual; a batch norm follows each, and a ReLU each but the last.</param>
    protected ResidualBlock(string name, int inputChannels, int outputChannels, int stride, params ReadOnlySpan<Conv2d> convolutions)
        : base(name)
    {
        OutputChannels = outputChannels;
        foreach (Conv2d convolution in convolutions)
        {
            BatchNorm2d batchNorm = nn.BatchNorm2d(convolution.out_channels);
            _residual.Add((convolution, batchNorm));
            register_module($"conv{_residual.Count}", convolution);
            register_module($"bn{_residual.Count}", batchNorm);
        }

        if (stride == 1 && inputChannels == outputChannels)
            return;
        _shortcutConvolution = nn.Conv2d(inputChannels, outputChannels, kernel_size: 1, stride: stride, bias: false);
        _shortcutBatchNorm = nn.BatchNorm2d(outputChannels);
        register_module("downsample", nn.Sequential(_shortcutConvolution, _shortcutBatchNorm));
    }

    public int OutputChannels { get; }

    /// <summary>The batch norm before the addition: at zero, the block is the identity.</summary>
    public BatchNorm2d LastBatchNorm => _residual[^1].BatchNorm;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input;
        for (int i = 0; i < _residual.Count; i++)
        {
            Tensor convolved = _residual[i].Convolution.call(x);
            x = _residual[i].BatchNorm.call(convolved);
            convolved.Dispose();
            if (i < _residual.Count - 1)
                x = x.relu_();
        }

        Tensor shortcut = _shortcutConvolution is null ? input : _shortcutBatchNorm!.call(_shortcutConvolution.call(input));
        return x.Add(shortcut).relu_().MoveToOuterDisposeScope();
    }

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Writes the block as ONNX nodes.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="input">Name of the value that comes in.</param>
    /// <param name="path">The block's path in the network, e.g. "layer1.0".</param>
    /// <returns>Name of the value that goes out.</returns>
    public string WriteOnnx(OnnxGraphWriter graph, string input, string path)
    {
        string x = input;
        for (int i = 0; i < _residual.Count; i++)
        {
            x = graph.ConvolutionAndBatchNorm($"{path}.conv{i + 1}", x, _residual[i].Convolution, $"{path}.bn{i + 1}", _residual[i].BatchNorm);
            if (i < _residual.Count - 1)
                x = graph.Relu(x);
        }

        string shortcut = _shortcutConvolution is null
            ? input
            : graph.ConvolutionAndBatchNorm($"{path}.downsample.0", input, _shortcutConvolution, $"{path}.downsample.1", _shortcutBatchNorm!);
        return graph.Relu(graph.Add(x, shortcut));
    }
}

/// <summary>Two 3×3 convolutions (He et al. 2016, figure 5 left).</summary>
internal sealed class BasicBlock(int inputChannels, int width, int stride) : ResidualBlock(
    nameof(BasicBlock),
    inputChannels,
    width,
    stride,
    nn.Conv2d(inputChannels, width, kernel_size: 3, stride: stride, padding: 1, bias: false),
    nn.Conv2d(width, width, kernel_size: 3, padding: 1, bias: false));

/// <summary>1×1, 3×3 and 1×1 convolutions (figure 5 right). The stride is on the 3×3, as in torchvision; He et al. have it on the first 1×1.</summary>
internal sealed class Bottleneck(int inputChannels, int width, int stride) : ResidualBlock(
    nameof(Bottleneck),
    inputChannels,
    width * Expansion,
    stride,
    nn.Conv2d(inputChannels, width, kernel_size: 1, bias: false),
    nn.Conv2d(width, width, kernel_size: 3, stride: stride, padding: 1, bias: false),
    nn.Conv2d(width, width * Expansion, kernel_size: 1, bias: false))
{
    /// <summary>Output channels per channel of the 3×3 convolution.</summary>
    public const int Expansion = 4;
}
