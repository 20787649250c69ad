using System.Globalization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The metrics of a run's complete epochs and what follows from them and nothing else, so that it survives a resume: which epoch is best, whether to stop.</summary>
internal sealed class RunHistory(TrainingOptions options)
{
    private readonly List<EpochMetrics> _epochs = [];

    /// <summary>The complete epochs, in order.</summary>
    public IReadOnlyList<EpochMetrics> Epochs => _epochs;

    /// <summary>What epochs are compared by: the option, else the trainer's accuracy where it was measured, else the loss.</summary>
    public EpochMetric Metric =>
        options.BestEpochMetric ?? (_epochs.Exists(e => options.DefaultMetric.Of(e) is not null) ? options.DefaultMetric : EpochMetric.Loss);

    /// <summary>The best epoch so far; of equals, the first.</summary>
    public EpochMetrics? Best
    {
        get
        {
            EpochMetric metric = Metric;
            return _epochs.MaxBy(e => metric.Score(e));
        }
    }

    /// <summary>Why training ends before its last epoch; <see langword="null"/> while it goes on.</summary>
    public string? StopReason
    {
        get
        {
            if (options.EarlyStopping is not { } stopping || stopping.LastImprovement(_epochs, stopping.Metric ?? Metric) is not { } last)
                return null;
            EpochMetric metric = stopping.Metric ?? Metric;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Early stopping after epoch {_epochs.Count}: {metric} has not improved by more than {stopping.MinDelta} in the last {_epochs.Count - last.Epoch} epochs "
                    + $"(epoch {last.Epoch}: {metric.Of(last):0.####}, epoch {_epochs.Count}: {metric.Of(_epochs[^1]):0.####}).");
        }
    }

    public void Add(EpochMetrics epoch) => _epochs.Add(epoch);

    public void AddRange(IEnumerable<EpochMetrics> epochs) => _epochs.AddRange(epochs);
}
