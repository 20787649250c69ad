using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the loop needs to know about time: how long, in which steps, at which rates.</summary>
internal sealed record TrainingSchedule(int Epochs, int BatchSize, int GradientAccumulationSteps, Optimizer Optimizer, LearningRateSchedule LearningRateSchedule)
{
    /// <summary>Images behind one move of the weights: those of all its micro-batches.</summary>
    public int ImagesPerStep => BatchSize * GradientAccumulationSteps;

    /// <summary>The highest learning rate: the optimiser's, scaled to the images of a step.</summary>
    public double PeakLearningRate => Optimizer.PeakLearningRate(ImagesPerStep);

    /// <summary>Refuses data that do not make one step.</summary>
    /// <exception cref="ArgumentException">There are fewer rows than <see cref="ImagesPerStep"/>.</exception>
    public void CheckRows(int rows)
    {
        if (rows >= ImagesPerStep)
            return;
        string step = GradientAccumulationSteps == 1
            ? $"{nameof(TrainingOptions.BatchSize)} is {BatchSize}"
            : $"{nameof(TrainingOptions.BatchSize)} × {nameof(TrainingOptions.GradientAccumulationSteps)} is {BatchSize} × {GradientAccumulationSteps} = {ImagesPerStep}";
        throw new ArgumentException($"{step}, but there are only {rows} readable images; it must be at most that.");
    }

    public double LearningRate(TrainingPosition position) => PeakLearningRate * LearningRateFraction(position);

    /// <summary>The learning rate as a fraction of its peak.</summary>
    public double LearningRateFraction(TrainingPosition position) => LearningRateSchedule.At(position.Step, position.TotalSteps, position.StepsPerEpoch);

    public double WeightDecay(TrainingPosition position) => Optimizer.WeightDecayAt(position.Step, position.TotalSteps);
}
