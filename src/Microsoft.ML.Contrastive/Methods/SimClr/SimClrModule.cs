using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>SimCLR in training: algorithm 1 of the paper.</summary>
internal sealed class SimClrModule : MethodModule
{
    private readonly SimClr _options;
    private readonly BackboneModule _encoder;
    private readonly Sequential _projector;

    public SimClrModule(SimClr options, BackboneModule encoder)
        : base(nameof(SimClr))
    {
        _options = options;
        _encoder = encoder;
        _projector = ProjectionHead(options, encoder.FeatureDimension);
        register_module("encoder", _encoder);
        register_module("projector", _projector);
    }

    public override BackboneModule Encoder => _encoder;

    public override ProjectionHead Projector => new(_projector);

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        // Both views go through in one batch, so that batch norm sees them together, as in the original.
        var h = _encoder.call(cat([views[0], views[1]]));   // [2B, D]
        var z = _projector.call(h).chunk(2);                // two of [B, projection dimension]
        return NtXent.Loss(z[0], z[1], _options.Temperature);
    }

    private static Sequential ProjectionHead(SimClr options, int features)
    {
        var hidden = options.ProjectionHiddenDimension ?? features;
        var head = Mlp.Create(
            [features, .. Enumerable.Repeat(hidden, options.ProjectionLayers - 1), options.ProjectionDimension],
            hiddenBias: !options.ProjectionBatchNorm,
            hiddenBatchNorm: options.ProjectionBatchNorm,
            outputBias: !options.ProjectionBatchNorm,
            outputNorm: options.ProjectionBatchNorm ? OutputNorm.Scale : OutputNorm.None);
        if (options.ProjectionInitialDeviation is { } deviation)
        {
            foreach (var linear in head.children().OfType<Linear>())
            {
                nn.init.normal_(linear.weight, 0, deviation);
                if (linear.bias is { } bias)
                    nn.init.zeros_(bias);
            }
        }

        return head;
    }
}
