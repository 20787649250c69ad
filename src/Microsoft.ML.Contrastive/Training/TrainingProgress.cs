namespace Microsoft.ML.Contrastive.Training;

/// <summary>How far training has come: with the weights and the optimiser's state, all that going on from here takes.</summary>
/// <param name="Epoch">The epoch under way, from 0; the number of epochs when all are done.</param>
/// <param name="StepInEpoch">Steps done in that epoch.</param>
/// <param name="Step">Steps done in all. Not a function of the two others: epochs are shorter where images turn out to be unreadable.</param>
/// <param name="LossSum">Sum of the losses of the epoch's steps, for their mean.</param>
internal readonly record struct TrainingProgress(int Epoch, int StepInEpoch, long Step, double LossSum)
{
    public TrainingProgress AfterStep(double loss) => new(Epoch, StepInEpoch + 1, Step + 1, LossSum + loss);

    public TrainingProgress NextEpoch() => new(Epoch + 1, 0, Step, 0);
}
