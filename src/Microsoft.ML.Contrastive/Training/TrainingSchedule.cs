using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the loop needs to know about time: how long, in which steps, at which rates.</summary>
internal sealed record TrainingSchedule(int Epochs, int BatchSize, Optimizer Optimizer, LearningRateSchedule LearningRateSchedule)
{
    public double WeightDecay => Optimizer.WeightDecay;

    public double LearningRate(TrainingPosition position) =>
        Optimizer.LearningRate * LearningRateSchedule.At(position.Step, position.TotalSteps, position.StepsPerEpoch);
}
