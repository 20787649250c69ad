using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>MoCo v3 in training: algorithm 1 of the paper.</summary>
internal sealed class MoCoV3Module : MethodModule
{
    private readonly MoCoV3 _options;
    private readonly ProjectedEncoder _base;
    private readonly Sequential _predictor;
    private readonly MomentumCopy _momentum;

    public MoCoV3Module(MoCoV3 options, Backbone backbone)
        : base(nameof(MoCoV3))
    {
        _options = options;
        _base = Network(options, backbone.Create());
        if (options.FreezePatchEmbedding is not false && _base.Encoder is VisionTransformer transformer)
        {
            foreach (var parameter in transformer.PatchProjection.parameters())
                parameter.requires_grad = false;
        }

        _predictor = Mlp.Create(
            [options.ProjectionDimension, options.HiddenDimension, options.ProjectionDimension],
            hiddenBias: false,
            hiddenBatchNorm: true,
            outputBias: false,
            outputNorm: options.PredictorBatchNorm ? OutputNorm.WithoutAffine : OutputNorm.None);
        _momentum = new MomentumCopy(Network(options, backbone.Create()), _base);
        register_module("base", _base);
        register_module("predictor", _predictor);
        register_module("momentum", _momentum);
    }

    public override BackboneModule Encoder => _base.Encoder;

    public override ProjectionHead Projector => new(_base.Projector);

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var q1 = _predictor.call(_base.call(views[0]));
        var q2 = _predictor.call(_base.call(views[1]));
        if (training && position.BeginsStep)
            _momentum.Follow(MomentumAt(position));     // before the keys, as in the original
        var k1 = _momentum.call(views[0]);
        var k2 = _momentum.call(views[1]);
        return InBatchContrast(q1, k2, _options.Temperature).Plus(InBatchContrast(q2, k1, _options.Temperature));
    }

    /// <summary>2 τ times the mean cross-entropy of picking a row's own key among the batch's (section 3). Keys get no gradient.</summary>
    /// <param name="queries">[B, d], of any length.</param>
    /// <param name="keys">[B, d], of any length.</param>
    /// <param name="temperature">τ.</param>
    internal static Tensor InBatchContrast(Tensor queries, Tensor keys, double temperature)
    {
        var logits = Cosine.Normalize(queries).mm(Cosine.Normalize(keys.detach()).t()).Over(temperature);
        var own = arange(queries.shape[0], dtype: ScalarType.Int64, device: queries.device);
        return nn.functional.cross_entropy(logits, own).Times(2 * temperature);
    }

    internal double MomentumAt(TrainingPosition position) => MomentumSchedule.At(position, _options.Momentum, _options.CosineMomentum ? 1 : null);

    private static ProjectedEncoder Network(MoCoV3 options, BackboneModule encoder) => new(
        encoder,
        Mlp.Create(
            [encoder.FeatureDimension, .. Enumerable.Repeat(options.HiddenDimension, options.ProjectionLayers - 1), options.ProjectionDimension],
            hiddenBias: false,
            hiddenBatchNorm: true,
            outputBias: false,
            outputNorm: OutputNorm.WithoutAffine));
}
