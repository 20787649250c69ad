using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// Is told by the loop how training goes: reports it to the log, to the callback and to the workspace, and decides when a checkpoint is due.
/// </summary>
internal sealed class TrainingJournal(TrainingOptions options, IChannel channel, RunCheckpoints? checkpoints)
{
    /// <summary>Writes a line to the logs.</summary>
    public void Note(string message)
    {
        channel.Info(MessageSensitivity.None, "{0}", message);
        checkpoints?.Log(message);
    }

    /// <summary>Restores what a workspace holds.</summary>
    /// <returns>Where training begins.</returns>
    public TrainingProgress Begin(MethodModule method, OptimizerState optimizer)
    {
        TrainingProgress start = checkpoints?.Begin(method, optimizer) ?? default;
        if (start != default)
            Note($"Resumed after step {start.Step}: {start.Epoch} of {options.Epochs} epochs and {start.StepInEpoch} further steps are done.");
        return start;
    }

    public void AfterStep(TrainingProgress progress)
    {
        if (options.CheckpointEverySteps is { } interval && progress.Step % interval == 0)
            checkpoints?.SaveLast(progress);
    }

    /// <param name="metrics">What the epoch did.</param>
    /// <param name="progress">Where training goes on.</param>
    /// <param name="complete">Whether the epoch came to its end; otherwise a resumed run will report it again.</param>
    public void AfterEpoch(EpochMetrics metrics, TrainingProgress progress, bool complete)
    {
        Note(metrics.ToString());
        if (complete)
            checkpoints?.Add(metrics, progress);
        bool due = !complete || progress.Epoch % options.CheckpointEveryEpochs == 0 || progress.Epoch == options.Epochs;
        // Before the callback, which is not ours and may throw; it may also cancel.
        if (due)
            checkpoints?.SaveLast(progress);
        options.MetricsCallback?.Invoke(metrics);
        if (!due && options.CancellationToken.IsCancellationRequested)
            checkpoints?.SaveLast(progress);
    }

    public void End()
    {
        if (options.CancellationToken.IsCancellationRequested)
        {
            const string Cancelled = "Pretraining was cancelled; the encoder is returned as far as it came.";
            channel.Warning(MessageSensitivity.None, "{0}", Cancelled);
            checkpoints?.Log(Cancelled);
        }
    }
}
