using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>The encoders of the golden trajectories: small enough to follow a step by hand.</summary>
/// <param name="Inputs">Width of the input of the perceptron; <see langword="null"/> makes it a convolutional network for three channels.</param>
/// <param name="Channels">Channels of the first convolution.</param>
/// <param name="Hidden">Number of features.</param>
internal sealed record TinyBackbone(int? Inputs, int Channels, int Hidden) : Backbone
{
    public override string Name => "tiny";

    public override int FeatureDimension => Hidden;

    private protected override BackboneModule Build() => Inputs is { } inputs ? new Perceptron(inputs, Hidden) : new Convolutional(Channels, Hidden);

    private sealed class Perceptron : BackboneModule
    {
        private readonly Linear _fc1;
        private readonly BatchNorm1d _bn1;

        public Perceptron(int inputs, int hidden)
            : base(nameof(Perceptron))
        {
            FeatureDimension = hidden;
            _fc1 = nn.Linear(inputs, hidden, hasBias: false);
            _bn1 = nn.BatchNorm1d(hidden);
            register_module("fc1", _fc1);
            register_module("bn1", _bn1);
        }

        public override int FeatureDimension { get; }

        public override Tensor forward(Tensor input) => _bn1.call(_fc1.call(input)).relu();

        public override string WriteOnnx(OnnxGraphWriter graph, string input) => throw new NotSupportedException();
    }

    private sealed class Convolutional : BackboneModule
    {
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly Conv2d _conv2;
        private readonly BatchNorm2d _bn2;

        public Convolutional(int channels, int hidden)
            : base(nameof(Convolutional))
        {
            FeatureDimension = hidden;
            _conv1 = nn.Conv2d(3, channels, 3, stride: 2, padding: 1, bias: false);
            _bn1 = nn.BatchNorm2d(channels);
            _conv2 = nn.Conv2d(channels, hidden, 3, stride: 1, padding: 1, bias: false);
            _bn2 = nn.BatchNorm2d(hidden);
            register_module("conv1", _conv1);
            register_module("bn1", _bn1);
            register_module("conv2", _conv2);
            register_module("bn2", _bn2);
        }

        public override int FeatureDimension { get; }

        public override Tensor forward(Tensor input) =>
            _bn2.call(_conv2.call(_bn1.call(_conv1.call(input)).relu())).relu().mean([2, 3]);

        public override string WriteOnnx(OnnxGraphWriter graph, string input) => throw new NotSupportedException();
    }
}
