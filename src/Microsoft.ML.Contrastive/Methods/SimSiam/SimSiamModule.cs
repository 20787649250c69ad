using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>SimSiam in training: algorithm 1 of the paper.</summary>
internal sealed class SimSiamModule : MethodModule
{
    private readonly SimSiam _options;
    private readonly BackboneModule _encoder;
    private readonly Sequential _projector;
    private readonly Sequential _predictor;

    public SimSiamModule(SimSiam options, BackboneModule encoder)
        : base(nameof(SimSiam))
    {
        _options = options;
        _encoder = encoder;
        _projector = Head(options, encoder.FeatureDimension);
        _predictor = Mlp.Create(
            [options.ProjectionDimension, options.PredictorHiddenDimension, options.ProjectionDimension],
            hiddenBias: false,
            hiddenBatchNorm: true,
            outputBias: true);
        register_module("encoder", _encoder);
        register_module("projector", _projector);
        register_module("predictor", _predictor);
    }

    public override BackboneModule Encoder => _encoder;

    public override ProjectionHead Projector => new(_projector);

    public override IEnumerable<MethodParameter> TrainableParameters() => base.TrainableParameters().Select(p =>
        p with { FixedLearningRate = _options.FixedPredictorLearningRate && p.Name.StartsWith("predictor.", StringComparison.Ordinal) });

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var z1 = _projector.call(_encoder.call(views[0]));
        var z2 = _projector.call(_encoder.call(views[1]));
        return NegativeCosine(_predictor.call(z1), z2, _predictor.call(z2), z1);
    }

    /// <summary>−(mean cos(p₁, z₂) + mean cos(p₂, z₁)) / 2 (equation 4). The projections z get no gradient here.</summary>
    internal static Tensor NegativeCosine(Tensor p1, Tensor z2, Tensor p2, Tensor z1) =>
        Cosine.Similarity(p1, z2.detach()).mean().Plus(Cosine.Similarity(p2, z1.detach()).mean()).Over(-2);

    private static Sequential Head(SimSiam options, int features)
    {
        var projector = Mlp.Create(
            [features, .. Enumerable.Repeat(options.ProjectionHiddenDimension ?? features, options.ProjectionLayers - 1), options.ProjectionDimension],
            hiddenBias: false,
            hiddenBatchNorm: true,
            outputBias: true,
            outputNorm: OutputNorm.WithoutAffine);

        // The batch norm behind it takes the bias out again; the original keeps it, and keeps it from training.
        projector.children().OfType<Linear>().Last().bias!.requires_grad = false;
        return projector;
    }
}
