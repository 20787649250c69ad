using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>An <see cref="OnlineProbe"/> at work beside the training of one encoder: it listens to the encoder's own forward passes and touches nothing of them.</summary>
internal sealed class OnlineProbeState : IDisposable
{
    private readonly TrainingSchedule _schedule;
    private readonly Device _device;
    private readonly double _peakLearningRate;
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly OptimizerState _optimizer;
    private readonly Tensor _rightAndAll;
    private readonly Action _stopListening;
    private readonly List<Tensor> _features = [];

    public OnlineProbeState(OnlineProbe probe, BackboneModule encoder, int classes, TrainingSchedule schedule, Device device)
    {
        (_schedule, _device) = (schedule, device);
        var sgd = new Sgd { LearningRate = probe.LearningRate, WeightDecay = 0 };
        _peakLearningRate = sgd.PeakLearningRate(schedule.ImagesPerStep);
        _weight = new Parameter(zeros(classes, encoder.FeatureDimension, device: device));
        _bias = new Parameter(zeros(classes, device: device));
        _optimizer = sgd.Create([new MethodParameter("weight", _weight), new MethodParameter("bias", _bias)]);
        _rightAndAll = zeros(2, ScalarType.Int64, device).DetachFromDisposeScope();
        var listening = encoder.register_forward_hook((_, _, features) =>
        {
            // Passes in evaluation mode are measurements, not training. (Those of a momentum copy have no gradient in training either.)
            if (encoder.training)
                _features.Add(features.detach());
            return features;
        });
        _stopListening = listening.remove;
    }

    /// <summary>Everything that must be saved to go on from here, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
    [
        ("weight", _weight), ("bias", _bias), ("right_and_all", _rightAndAll),
        .. _optimizer.State.Select(s => ($"optimizer.{s.Name}", s.Tensor)),
    ];

    /// <summary>The part of the training views since the epoch began, 0 … 1, that were classified rightly at their step; <see langword="null"/> without labels.</summary>
    public double? TrainingAccuracy => _rightAndAll.cpu().data<long>().ToArray() is [var right, > 0 and var all] ? (double)right / all : null;

    /// <summary>Begins to count anew.</summary>
    public void BeginEpoch() => _rightAndAll.zero_();

    /// <summary>Learns from the features that the encoder gave since it was called last.</summary>
    /// <param name="labels">Class index of each row, or <see cref="RowLabels.Missing"/>.</param>
    /// <param name="position">The position that the loss was given.</param>
    public void Learn(int[] labels, TrainingPosition position)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = cat([.. _features]);      // [V·B, D], view after view
        _features.Clear();
        long views = features.shape[0] / labels.Length, labelled = views * labels.Count(l => l != RowLabels.Missing);
        if (views * labels.Length != features.shape[0])
            throw new InvalidOperationException(
                $"The encoder gave {features.shape[0]} rows of features for {labels.Length} images: the method does not encode whole views, so that an {nameof(OnlineProbe)} "
                    + "cannot know their labels. Train without it.");
        Tensor classes = tensor(labels, ScalarType.Int64).repeat(views).to(_device);
        Tensor scores = nn.functional.linear(features, _weight, _bias);     // [V·B, classes]
        Tensor loss = nn.functional.cross_entropy(scores, classes, ignore_index: RowLabels.Missing, reduction: nn.Reduction.Sum).Over(Math.Max(1, labelled));
        if (position.BeginsStep)
            _optimizer.ZeroGrad();
        loss.Over(position.MicroBatches).backward();
        using (no_grad())
            _rightAndAll.Add(stack([(scores.argmax(1) == classes).sum(), tensor(labelled, device: _device)]));
        if (position.EndsStep)
            _optimizer.Step(_peakLearningRate * _schedule.LearningRateFraction(position), weightDecay: 0);
    }

    /// <summary>From features n × D to the classes' scores n × C.</summary>
    public float[] Scores(float[] features)
    {
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.linear(tensor(features).reshape(-1, _weight.shape[1]).to(_device), _weight, _bias).cpu().data<float>().ToArray();
    }

    public void Dispose()
    {
        _stopListening();
        _optimizer.Dispose();
        _weight.Dispose();
        _bias.Dispose();
        _rightAndAll.Dispose();
    }
}
