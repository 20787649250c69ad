using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>MoCo in training: algorithm 1 of the paper.</summary>
internal sealed class MoCoModule : MethodModule
{
    private readonly MoCo _options;
    private readonly ProjectedEncoder _query;
    private readonly MomentumCopy _key;
    private readonly KeyQueue _queue;
    private readonly ShufflingBatchNorm _shuffling;
    private readonly StepRows _newKeys = new();

    public MoCoModule(MoCo options, Backbone backbone)
        : base(nameof(MoCo))
    {
        _options = options;
        _shuffling = new ShufflingBatchNorm(options.BatchNormGroups);
        _query = Network(options, backbone.Create());
        _key = new MomentumCopy(Network(options, backbone.Create()), _query);
        _queue = new KeyQueue(options.Symmetric ? 2 : 1, options.QueueSize, options.ProjectionDimension);
        register_module("query", _query);
        register_module("key", _key);
        register_module("queue", _queue);
    }

    public override BackboneModule Encoder => _query.Encoder;

    public override ProjectionHead Projector => new(_query.Projector);

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var q1 = _shuffling.Encode(_query, views[0]);
        if (training && position.BeginsStep)
            _key.Follow(MomentumAt(position));     // before the keys, as in the original: i.e. after the last optimiser step
        var k2 = Keys(views, 1, position);
        if (!_options.Symmetric)
        {
            var loss = InfoNce.Loss(q1, k2, _queue.Keys(0), _options.Temperature);
            Enqueue(position, k2);
            return loss;
        }

        var q2 = _shuffling.Encode(_query, views[1]);
        var k1 = Keys(views, 0, position);
        var symmetric = InfoNce.Loss(q1, k2, _queue.Keys(1), _options.Temperature).Plus(InfoNce.Loss(q2, k1, _queue.Keys(0), _options.Temperature)).Over(2);
        Enqueue(position, k1, k2);
        return symmetric;
    }

    internal double MomentumAt(TrainingPosition position) => MomentumSchedule.At(position, _options.Momentum, _options.FinalMomentum);

    private static ProjectedEncoder Network(MoCo options, BackboneModule encoder)
    {
        var (features, projection) = (encoder.FeatureDimension, options.ProjectionDimension);
        int[] widths = options.Head == MoCoHead.Mlp ? [features, options.ProjectionHiddenDimension ?? features, projection] : [features, projection];
        return new ProjectedEncoder(encoder, Mlp.Create(widths, hiddenBias: true, hiddenBatchNorm: false, outputBias: true));
    }

    /// <summary>Keys enter the queue when the step ends: until then all its micro-batches have the negatives that one large batch would have.</summary>
    private void Enqueue(TrainingPosition position, params Tensor[] keys)
    {
        if (training && _newKeys.Add(stack(keys, 1), position) is { } all)
            _queue.Enqueue(all.unbind(1));
    }

    /// <summary>The keys of a view, [B, d], of unit length and without gradient.</summary>
    private Tensor Keys(IReadOnlyList<Tensor> views, int view, TrainingPosition position) =>
        Cosine.Normalize(_shuffling.EncodeShuffled(_key, views[view], position, view));
}
