using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// DINO's projection head (appendix C): a multi-layer perceptron with GELU, unit length, then prototypes of learned direction
/// (weight norm, no bias). Features [B, D] to [B, prototypes]. The names are those of the original's checkpoints.
/// </summary>
internal sealed class DinoHead : nn.Module<Tensor, Tensor>
{
    /// <summary>vision_transformer.py, DINOHead._init_weights.</summary>
    private const double WeightDeviation = 0.02, WeightBound = 2;

    public DinoHead(Dino options, int features)
        : base(nameof(DinoHead))
    {
        Perceptron = Layers(options, features);
        LastLayer = new Prototypes(options.BottleneckDimension, options.Prototypes);
        LastLayer.Lengths.requires_grad = !options.NormalizePrototypes;
        register_module("mlp", Perceptron);
        register_module("last_layer", LastLayer);
    }

    /// <summary>Features to the bottleneck, of any length.</summary>
    public nn.Module<Tensor, Tensor> Perceptron { get; }

    public Prototypes LastLayer { get; }

    public override Tensor forward(Tensor input) => LastLayer.call(nn.functional.normalize(Perceptron.call(input), dim: 1, eps: Cosine.Epsilon));

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }

    private static nn.Module<Tensor, Tensor> Layers(Dino options, int features)
    {
        int[] widths = [features, .. Enumerable.Repeat(options.HiddenDimension, options.HeadLayers - 1), options.BottleneckDimension];
        var layers = new List<nn.Module<Tensor, Tensor>>();
        for (var i = 0; i < options.HeadLayers; i++)
        {
            var linear = nn.Linear(widths[i], widths[i + 1]);
            TorchInitialization.TruncatedNormal(linear.weight, WeightDeviation, WeightBound);
            nn.init.zeros_(linear.bias!);
            layers.Add(linear);
            if (i == options.HeadLayers - 1)
                break;
            if (options.HeadBatchNorm)
                layers.Add(nn.BatchNorm1d(widths[i + 1]));
            layers.Add(nn.GELU());
        }

        return layers.Count == 1 ? layers[0] : nn.Sequential(layers.Select((layer, i) => ($"{i}", layer)));
    }

    /// <summary>A linear layer whose rows have a length and a direction of their own (Salimans and Kingma, "Weight Normalization", 2016).</summary>
    internal sealed class Prototypes : nn.Module<Tensor, Tensor>
    {
        public Prototypes(int inputs, int count)
            : base(nameof(Prototypes))
        {
            // torch's own start of a linear layer, for the directions.
            using var start = nn.Linear(inputs, count, hasBias: false);
            register_parameter("weight_g", new Parameter(ones(count, 1)));
            register_parameter("weight_v", new Parameter(start.weight.detach().clone()));
        }

        /// <summary>[prototypes, 1]: 1 at the start.</summary>
        public Parameter Lengths => get_parameter("weight_g")!;

        /// <summary>[prototypes, bottleneck], of any length.</summary>
        public Parameter Directions => get_parameter("weight_v")!;

        public override Tensor forward(Tensor input) =>
            nn.functional.linear(input, Lengths * Directions / Directions.norm(1, keepdim: true));
    }
}
