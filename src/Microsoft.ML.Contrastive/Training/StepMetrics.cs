namespace Microsoft.ML.Contrastive.Training;

/// <summary>What one step of training did: reported to <see cref="TrainingOptions.StepCallback"/>, for displays of progress.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="StepInEpoch">Steps done in this epoch, from 1.</param>
/// <param name="StepsPerEpoch">Steps of an epoch; an epoch is shorter where images turn out to be unreadable.</param>
/// <param name="Step">Optimiser steps done so far in all epochs, those before a resume included.</param>
/// <param name="ImagesPerStep">Images (rows, not views) of a step.</param>
/// <param name="Loss">Loss of the step, the mean over its micro-batches.</param>
public readonly record struct StepMetrics(int Epoch, int Epochs, int StepInEpoch, long StepsPerEpoch, long Step, int ImagesPerStep, double Loss);
