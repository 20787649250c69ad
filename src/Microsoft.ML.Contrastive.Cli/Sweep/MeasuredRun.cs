using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>One run of a sweep: pretrain, measure.</summary>
internal static class MeasuredRun
{
    private static readonly string Version = typeof(MeasuredRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>What is known of a run beforehand.</summary>
    public static RunFacts Facts(PlannedRun run, ClassFolders data) => new()
    {
        Key = run.Key,
        Images = data.Train.Length,
        Queries = data.Test.Length,
        Sample = data.Sample,
        ImageSize = run.Preset.Views[0].Crop.OutputSize.Width,
        Protocol = FrozenEvaluation.Protocol,
        BatchSize = run.Preset.BatchSize,
        Settings = [.. run.Preset.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        Version = Version,
    };

    /// <summary>Makes the run.</summary>
    /// <param name="run">What to do.</param>
    /// <param name="data">The images.</param>
    /// <param name="device">Where torch computes.</param>
    /// <param name="cancellation">Ends the run between two steps.</param>
    /// <exception cref="OperationCanceledException">The run was ended; it has no outcome.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be read.</exception>
    public static (SweepRow Row, RunFacts Facts) Execute(PlannedRun run, ClassFolders data, DeviceChoice device, CancellationToken cancellation)
    {
        RunFacts facts = Facts(run, data);
        double? loss = null;
        double trainingSeconds = 0;
        string? failure = null;
        (double Knn, double Linear)? accuracy = null;
        long start = Stopwatch.GetTimestamp();
        try
        {
            var mlContext = new MLContext(run.Key.Seed);
            device.ApplyTo(mlContext);
            using ContrastiveEncoderTransformer encoder = Pretrain(mlContext, run, data, epoch => loss = epoch.Loss, cancellation);
            cancellation.ThrowIfCancellationRequested();
            trainingSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            accuracy = FrozenEvaluation.Measure(mlContext, encoder, data, cancellation);
            failure = accuracy is null ? "A feature is not finite." : null;
        }
        catch (NonFiniteLossException e)
        {
            // An outcome like any other: the rest of the table must not wait for it.
            (failure, loss, trainingSeconds) = (e.Message, null, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (new SweepRow(run.Key, accuracy?.Knn ?? double.NaN, accuracy?.Linear ?? double.NaN), facts with
        {
            Loss = loss,
            Failure = failure,
            TrainingSeconds = Math.Round(trainingSeconds, 1),
            EvaluationSeconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds - trainingSeconds, 1),
            Threads = TorchSharp.torch.get_num_threads(),
            Finished = DateTimeOffset.UtcNow,
        });
    }

    private static ContrastiveEncoderTransformer Pretrain(MLContext mlContext, PlannedRun run, ClassFolders data, Action<EpochMetrics> afterEpoch, CancellationToken cancellation)
    {
        ContrastivePretrainTrainer.Options options = run.Preset.ToTrainerOptions();
        options.MonitoredImages = 0;
        options.MetricsCallback = afterEpoch;
        options.CancellationToken = cancellation;
        options.UnreadableImages = UnreadableImages.Throw;

        var pipeline = new EstimatorChain<ITransformer>()
            .Append<ITransformer>(mlContext.Transforms.LoadImages(options.InputColumnName, imageFolder: null, nameof(LabelledImage.ImagePath)));

        return run.Arm.AppendTo(pipeline, mlContext, run.Preset, options.InputColumnName).Append(mlContext.Contrastive().Trainers.ContrastivePretrain(options))
            .Fit(mlContext.Data.LoadFromEnumerable(data.Train)).LastTransformer;
    }
}
