using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the loop needs to know about time: how long, in which steps, at which rates.</summary>
internal sealed record TrainingSchedule(int Epochs, int BatchSize, Optimizer Optimizer, LearningRateSchedule LearningRateSchedule)
{
    /// <summary>The highest learning rate: the optimiser's, scaled to the batch.</summary>
    public double PeakLearningRate => Optimizer.PeakLearningRate(BatchSize);

    public double LearningRate(TrainingPosition position) =>
        PeakLearningRate * LearningRateSchedule.At(position.Step, position.TotalSteps, position.StepsPerEpoch);

    public double WeightDecay(TrainingPosition position) => Optimizer.WeightDecayAt(position.Step, position.TotalSteps);
}
