using Microsoft.ML.Contrastive.Backbones;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>VICReg in training: algorithm 1 of the paper.</summary>
internal sealed class VicRegModule : MethodModule
{
    private readonly VicReg _options;
    private readonly BackboneModule _encoder;
    private readonly Sequential _expander;

    public VicRegModule(VicReg options, BackboneModule encoder)
        : base(nameof(VicReg))
    {
        _options = options;
        _encoder = encoder;
        _expander = Mlp.Create(
            [encoder.FeatureDimension, .. Enumerable.Repeat(options.ExpanderDimension, options.ExpanderLayers)],
            hiddenBias: true,
            hiddenBatchNorm: true,
            outputBias: false);
        register_module("encoder", _encoder);
        register_module("expander", _expander);
    }

    public override BackboneModule Encoder => _encoder;

    public override ProjectionHead Projector => new(_expander);

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var z1 = _expander.call(_encoder.call(views[0]));   // [B, expander dimension]
        var z2 = _expander.call(_encoder.call(views[1]));
        return VicRegLoss.Loss(z1, z2, _options);
    }
}
