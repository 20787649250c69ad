using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>BYOL in training: algorithm 1 of the paper.</summary>
internal sealed class ByolModule : MethodModule
{
    private readonly Byol _options;
    private readonly ProjectedEncoder _online;
    private readonly Sequential _predictor;
    private readonly MomentumCopy _target;

    public ByolModule(Byol options, Backbone backbone)
        : base(nameof(Byol))
    {
        _options = options;
        _online = Network(options, backbone.Create());
        _predictor = Head(options, options.ProjectionDimension);
        _target = new MomentumCopy(Network(options, backbone.Create()), _online, sameStart: options.TargetStart == TargetStart.OnlineWeights);
        register_module("online", _online);
        register_module("predictor", _predictor);
        register_module("target", _target);
    }

    public override BackboneModule Encoder => _online.Encoder;

    public override ProjectionHead Projector => new(_online.Projector);

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var p1 = _predictor.call(_online.call(views[0]));
        var p2 = _predictor.call(_online.call(views[1]));
        if (training && position.BeginsStep && _options.TargetUpdate == TargetUpdate.BeforeTargets)
            _target.Follow(MomentumAt(position));
        var z1 = _target.call(views[0]);
        var z2 = _target.call(views[1]);
        return OneDirection(p1, z2).Plus(OneDirection(p2, z1));
    }

    public override void AfterOptimizerStep(TrainingPosition position)
    {
        if (_options.TargetUpdate == TargetUpdate.AfterOptimizerStep)
            _target.Follow(MomentumAt(position));
    }

    /// <summary>The mean over the rows of ‖p/‖p‖ − z/‖z‖‖² = 2 − 2 cos(p, z) (equation 2). The target gets no gradient.</summary>
    /// <param name="predictions">p, [B, d], of any length.</param>
    /// <param name="targets">z, [B, d], of any length.</param>
    internal static Tensor OneDirection(Tensor predictions, Tensor targets) => Cosine.Similarity(predictions, targets.detach()).mean().Times(-2).Plus(2);

    internal double MomentumAt(TrainingPosition position) => MomentumSchedule.At(position, _options.Momentum, _options.CosineMomentum ? 1 : null);

    private static ProjectedEncoder Network(Byol options, BackboneModule encoder) => new(encoder, Head(options, encoder.FeatureDimension));

    /// <summary>Projector and predictor are built alike (section 3.3): linear, batch norm, ReLU, linear.</summary>
    private static Sequential Head(Byol options, int input)
    {
        var head = Mlp.Create(
            [input, options.HiddenDimension, options.ProjectionDimension], hiddenBias: true, hiddenBatchNorm: true, outputBias: options.OutputBias);
        foreach (var linear in head.children().OfType<Linear>())
            InitializeAsHaiku(linear);
        return head;
    }

    /// <summary>The original's library draws weights from a normal law of deviation 1/√inputs, cut off at twice that, and sets biases to 0.</summary>
    private static void InitializeAsHaiku(Linear linear)
    {
        var deviation = 1 / Math.Sqrt(linear.weight.shape[1]);
        TorchInitialization.TruncatedNormal(linear.weight, deviation, bound: 2 * deviation);
        if (linear.bias is { } bias)
            nn.init.zeros_(bias);
    }
}
