using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// Is told by the loop how training goes: reports it to the log, to the callback and to the workspace, decides when a checkpoint is due and when to stop, and
/// keeps the best epoch.
/// </summary>
internal sealed class TrainingJournal(TrainingOptions options, IChannel channel, RunHistory history, RunCheckpoints? checkpoints) : IDisposable
{
    private readonly NetworkCopy _best = new();
    private IReadOnlyList<nn.Module> _results = [];

    /// <summary>Whether training ends before its last epoch.</summary>
    public bool StopsEarly => history.StopReason is not null;

    /// <summary>Writes a line to the logs.</summary>
    public void Note(string message)
    {
        channel.Info(MessageSensitivity.None, "{0}", message);
        checkpoints?.Log(message);
    }

    /// <summary>Restores what a workspace holds.</summary>
    /// <returns>Where training begins.</returns>
    public TrainingProgress Begin(TrainingState training)
    {
        _results = training.Results;
        TrainingProgress start = checkpoints?.Begin(training, options.RestoreBestWeights) ?? default;
        if (start != default)
            Note($"Resumed after step {start.Step}: {start.Epoch} of {options.Epochs} epochs and {start.StepInEpoch} further steps are done.");
        return start;
    }

    /// <param name="progress">Where training goes on.</param>
    /// <param name="metrics">What the step did.</param>
    public void AfterStep(TrainingProgress progress, StepMetrics metrics)
    {
        if (options.CheckpointEverySteps is { } interval && progress.Step % interval == 0)
            checkpoints?.SaveLast(progress);
        options.StepCallback?.Invoke(metrics);
    }

    /// <param name="metrics">What the epoch did.</param>
    /// <param name="progress">Where training goes on.</param>
    /// <param name="complete">Whether the epoch came to its end; otherwise a resumed run will report it again.</param>
    public void AfterEpoch(EpochMetrics metrics, TrainingProgress progress, bool complete)
    {
        Note(metrics.ToString());
        if (complete)
            Add(metrics, progress);
        bool due = !complete || progress.Epoch % options.CheckpointEveryEpochs == 0 || progress.Epoch == options.Epochs || StopsEarly;
        // Before the callback, which is not ours and may throw; it may also cancel.
        if (due)
            checkpoints?.SaveLast(progress);
        options.MetricsCallback?.Invoke(metrics);
        if (!due && options.CancellationToken.IsCancellationRequested)
            checkpoints?.SaveLast(progress);
    }

    /// <summary>Says how training ended, and puts the best epoch's weights into the encoder where the options ask for them.</summary>
    /// <param name="progress">How far training came.</param>
    /// <returns>Complete epochs of training behind the encoder's weights.</returns>
    public int End(TrainingProgress progress)
    {
        if (history.StopReason is { } reason)
            Note(reason);
        if (options.CancellationToken.IsCancellationRequested)
        {
            const string Cancelled = "Training was cancelled; the network is returned as far as it came.";
            channel.Warning(MessageSensitivity.None, "{0}", Cancelled);
            checkpoints?.Log(Cancelled);
        }

        if (!options.RestoreBestWeights || history.Best is not { } best)
            return progress.Epoch;
        int epoch = best.Epoch;
        if (checkpoints is not null)
            epoch = checkpoints.RestoreBest();
        else
            _best.Restore(_results);
        Note(FormattableString.Invariant($"The encoder is that of epoch {epoch}, the best by {history.Metric} ({history.Metric.Of(best):0.####})."));
        return epoch;
    }

    public void Dispose() => _best.Dispose();

    private void Add(EpochMetrics metrics, TrainingProgress progress)
    {
        history.Add(metrics);
        checkpoints?.Add(metrics);
        if (!ReferenceEquals(history.Best, metrics))
            return;
        checkpoints?.SaveBest(progress);
        if (options.RestoreBestWeights && checkpoints is null)
            _best.Take(_results);
    }
}
