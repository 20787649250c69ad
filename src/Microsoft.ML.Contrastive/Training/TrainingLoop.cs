using System.Diagnostics;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The loop that every method trains in.</summary>
internal sealed class TrainingLoop(MethodModule method, OptimizerState optimizer, TrainingSchedule schedule, IViewSource views, Device device)
{
    /// <summary>Trains until the epochs are done, the callback says stop, or the token is cancelled (then what has been learnt so far stays in the encoder).</summary>
    /// <param name="monitor">Measures the encoder after each epoch.</param>
    /// <param name="report">Receives the metrics of each epoch.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public void Run(EncoderMonitor monitor, Action<EpochMetrics> report, CancellationToken cancellation)
    {
        using var batches = new BatchPrefetcher(views, schedule.BatchSize);
        var clock = Stopwatch.StartNew();
        long stepsPerEpoch = views.RowCount / schedule.BatchSize, step = 0;
        for (int epoch = 0; epoch < schedule.Epochs && !cancellation.IsCancellationRequested; epoch++)
        {
            method.train();
            long started = Stopwatch.GetTimestamp();
            double loss = 0, learningRate = 0;
            int steps = 0;
            foreach (ViewBatch batch in batches.Epoch(epoch))
            {
                var position = new TrainingPosition(step, stepsPerEpoch, schedule.Epochs);
                learningRate = schedule.LearningRate(position);
                loss += Step(batch, position, learningRate);
                step++;
                steps++;
                if (cancellation.IsCancellationRequested)
                    break;
            }

            if (steps == 0)
                throw new InvalidOperationException($"An epoch gave no batch of {schedule.BatchSize} images: too many of the {views.RowCount} images cannot be read (the log names them). Use a smaller BatchSize, or mend the images.");
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            RepresentationSummary health = monitor.Measure();
            report(new EpochMetrics
            {
                Epoch = epoch + 1,
                Epochs = schedule.Epochs,
                Step = step,
                Loss = loss / steps,
                LearningRate = learningRate,
                ImagesPerSecond = steps * schedule.BatchSize / seconds,
                WaitingForData = batches.Waited.TotalSeconds / seconds,
                FeatureSpread = health.Spread,
                EffectiveRank = health.EffectiveRank,
                KnnAccuracy = health.KnnAccuracy,
                Elapsed = clock.Elapsed,
            });
        }

        method.eval();
    }

    private double Step(ViewBatch batch, TrainingPosition position, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.ZeroGrad();
        using Tensor loss = method.Loss([.. batch.Views.Select(v => v.to(device))], position);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            throw new NonFiniteLossException(value, position.Step, learningRate);
        loss.backward();
        optimizer.ClipGradients();
        method.BeforeOptimizerStep(position);
        optimizer.Step(learningRate, schedule.WeightDecay(position));
        method.AfterOptimizerStep(position);
        return value;
    }
}
