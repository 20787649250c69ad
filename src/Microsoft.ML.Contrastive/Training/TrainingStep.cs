using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>One optimiser step after the other: the gradients of the step's micro-batches, summed up, then the move.</summary>
/// <param name="training">What is trained.</param>
/// <param name="schedule">How.</param>
/// <param name="device">Where.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class TrainingStep(TrainingState training, TrainingSchedule schedule, Device device, int seed = 0)
{
    /// <summary>Whether batches for it are best kept in locked memory.</summary>
    public bool TakesPinnedBatches { get; } = device.type == DeviceType.CUDA;

    private readonly TrainingModule _method = training.Method;
    private readonly OptimizerState _optimizer = training.Optimizer;
    private int _microBatch;
    private double _loss;

    /// <summary>Makes ready for an epoch, or for the rest of one that was interrupted.</summary>
    public void BeginEpoch(TrainingProgress at)
    {
        _method.train();
        _microBatch = 0;    // The epoch before may have ended within a step.
        if (at.StepInEpoch == 0)
            training.Probe?.BeginEpoch();
    }

    /// <summary>Adds the gradients of a micro-batch, and moves the weights when it was the step's last.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="step">The step.</param>
    /// <returns>The step's loss, the mean over its micro-batches; <see langword="null"/> while some are to come.</returns>
    public double? Add(ViewBatch batch, TrainingPosition step)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingPosition position = step with { MicroBatch = _microBatch, MicroBatches = schedule.GradientAccumulationSteps, Seed = seed };
        double learningRate = schedule.LearningRate(position);
        if (position.BeginsStep)
        {
            _optimizer.ZeroGrad();
            _loss = 0;
        }

        using Tensor loss = _method.Loss(batch.To(device), LabelsOf(batch), position).Over(position.MicroBatches);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            throw new NonFiniteLossException(value, position.Step, learningRate);
        loss.backward();
        _loss += value;
        training.Probe?.Learn(batch.Labels, position);
        _microBatch++;
        if (!position.EndsStep)
            return null;

        _microBatch = 0;
        _optimizer.ClipGradients();
        _method.BeforeOptimizerStep(position);
        _optimizer.Step(learningRate, schedule.WeightDecay(position));
        _method.AfterOptimizerStep(position);
        return _loss;
    }

    private Tensor? LabelsOf(ViewBatch batch) => batch.Labels.Length == 0 ? null : tensor(batch.Labels, int64).to(device);
}
