using System.Diagnostics;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The loop that every method trains in.</summary>
internal sealed class TrainingLoop(TrainingStep step, TrainingSchedule schedule, IViewSource views)
{
    /// <summary>
    /// Objects that torch's bindings leave to finalizers hold some megabytes of native memory a step, which the garbage collector cannot see: left
    /// alone it lets them grow by gigabytes. A collection of the young generations costs about a millisecond.
    /// </summary>
    private const int StepsBetweenCollections = 16;

    /// <summary>At the next beginning of an epoch unused memory goes back to the system; the steps after it ask for theirs again, so not too often.</summary>
    private const int StepsBetweenReturns = 100;

    /// <summary>Trains until the epochs are done or the token is cancelled (then what has been learnt so far stays in the encoder).</summary>
    /// <param name="at">Where to begin: the default value, or where a checkpoint was taken.</param>
    /// <param name="monitor">Measures the encoder after each epoch.</param>
    /// <param name="journal">Is told of each step and each epoch, and keeps checkpoints.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    /// <param name="heatMaps">Makes boxes for the views before an epoch begins.</param>
    /// <returns>How far training came.</returns>
    public TrainingProgress Run(TrainingProgress at, EncoderMonitor monitor, TrainingJournal journal, CancellationToken cancellation, HeatMapRegions? heatMaps = null)
    {
        using var batches = new BatchPrefetcher(views, schedule.BatchSize, step.TakesPinnedBatches);
        var clock = Stopwatch.StartNew();
        long stepsPerEpoch = views.RowCount / schedule.ImagesPerStep, returned = at.Step;
        while (at.Epoch < schedule.Epochs && !journal.StopsEarly && !cancellation.IsCancellationRequested)
        {
            if (at.Step - returned >= StepsBetweenReturns)
            {
                KeptMemory.ReturnUnused();
                returned = at.Step;
            }

            heatMaps?.Before(at);
            step.BeginEpoch(at);
            long started = Stopwatch.GetTimestamp(), firstStep = at.Step;
            TimeSpan waited = TimeSpan.Zero;
            bool complete = true, passesOver = at.StepInEpoch > 0;
            foreach (ViewBatch batch in batches.Epoch(at.Epoch, at.StepInEpoch * schedule.GradientAccumulationSteps))
            {
                // What a resumed epoch passes over was paid for before: neither its images nor its time count.
                if (passesOver)
                    (passesOver, started, waited) = (false, Stopwatch.GetTimestamp(), batches.Waited);
                // The last micro-batches of an epoch may be too few for a step.
                if (at.StepInEpoch == stepsPerEpoch || step.Add(batch, new TrainingPosition(at.Step, stepsPerEpoch, schedule.Epochs)) is not { } loss)
                    continue;
                at = at.AfterStep(loss);
                journal.AfterStep(at, new StepMetrics(at.Epoch + 1, schedule.Epochs, at.StepInEpoch, stepsPerEpoch, at.Step, schedule.ImagesPerStep, loss));
                if (at.Step % StepsBetweenCollections == 0)
                    GC.Collect(generation: 1);
                complete = !cancellation.IsCancellationRequested || at.StepInEpoch == stepsPerEpoch;
                if (cancellation.IsCancellationRequested)
                    break;
            }

            if (at.StepInEpoch == 0)
                throw new InvalidOperationException(
                    $"An epoch gave no step of {schedule.ImagesPerStep} images: too many of the {views.RowCount} images cannot be read (the log names them). Use a smaller "
                        + "BatchSize, or mend the images.");
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            RepresentationSummary health = monitor.Measure();
            var metrics = new EpochMetrics
            {
                Epoch = at.Epoch + 1,
                Epochs = schedule.Epochs,
                Step = at.Step,
                Loss = at.LossSum / at.StepInEpoch,
                LearningRate = schedule.LearningRate(new TrainingPosition(at.Step - 1, stepsPerEpoch, schedule.Epochs)),
                ImagesPerSecond = (at.Step - firstStep) * schedule.ImagesPerStep / seconds,
                WaitingForData = (batches.Waited - waited).TotalSeconds / seconds,
                FeatureSpread = health.Spread,
                EffectiveRank = health.EffectiveRank,
                Alignment = health.Alignment,
                Uniformity = health.Uniformity,
                KnnAccuracy = health.KnnAccuracy,
                OnlineTrainingAccuracy = health.OnlineTrainingAccuracy,
                OnlineValidationAccuracy = health.OnlineValidationAccuracy,
                ValidationAccuracy = health.ValidationAccuracy,
                Elapsed = clock.Elapsed,
            };
            at = complete ? at.NextEpoch() : at;
            journal.AfterEpoch(metrics, at, complete);
        }

        return at;
    }
}
