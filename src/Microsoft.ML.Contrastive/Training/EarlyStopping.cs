namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// Ends training when a metric has stopped improving. Named and preset as in ML.NET's <c>ImageClassificationTrainer.EarlyStopping</c>; whether the metric should
/// rise or fall follows from the metric.
/// </summary>
/// <remarks>
/// Self-supervised training improves slowly and its learning rate usually falls along a cosine to the last epoch, which brings a good part of the accuracy: a run
/// that is stopped early ends at a high rate. So it is for runs that have collapsed or have plainly stopped learning; for a shorter training, choose fewer epochs.
/// </remarks>
public sealed record EarlyStopping
{
    /// <summary>ML.NET's.</summary>
    internal const int DefaultPatience = 20;

    /// <summary>ML.NET's.</summary>
    internal const double DefaultMinDelta = 0.01;

    /// <summary>What is watched.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="TrainingOptions.BestEpochMetric"/>.</value>
    public EpochMetric? Metric { get; init; }

    /// <summary>Epochs without improvement after which training ends.</summary>
    /// <value>1 or more. The default value is 20.</value>
    public int Patience { get; init; } = DefaultPatience;

    /// <summary>The change that counts as an improvement: the metric must be better by more than this, in its own unit, than at the improvement before.</summary>
    /// <value>0 or above. The default value is 0.01: a percentage point of accuracy.</value>
    public double MinDelta { get; init; } = DefaultMinDelta;

    /// <summary>Throws when a setting is out of its range.</summary>
    internal void Validate()
    {
        if (Metric is { } metric && !Enum.IsDefined(metric))
            throw new ArgumentOutOfRangeException(
                nameof(Metric), metric, $"{nameof(EarlyStopping)}.{nameof(Metric)} is {metric}; it must be one of {string.Join(", ", Enum.GetNames<EpochMetric>())}.");
        if (Patience < 1)
            throw new ArgumentOutOfRangeException(nameof(Patience), Patience, $"{nameof(EarlyStopping)}.{nameof(Patience)} is {Patience}; it must be at least 1.");
        if (!(MinDelta >= 0 && double.IsFinite(MinDelta)))
            throw new ArgumentOutOfRangeException(
                nameof(MinDelta), MinDelta, FormattableString.Invariant($"{nameof(EarlyStopping)}.{nameof(MinDelta)} is {MinDelta}; it must be a finite number, 0 or above."));
    }

    /// <summary>The epoch of the last improvement when it lies <see cref="Patience"/> epochs back; <see langword="null"/> while training may go on.</summary>
    /// <param name="epochs">All complete epochs of the run, in order.</param>
    /// <param name="metric">What is watched.</param>
    internal EpochMetrics? LastImprovement(IReadOnlyList<EpochMetrics> epochs, EpochMetric metric)
    {
        if (epochs.Count == 0)
            return null;
        int last = 0;
        for (int i = 1; i < epochs.Count; i++)
        {
            if (metric.Score(epochs[i]) > metric.Score(epochs[last]) + MinDelta)
                last = i;
        }

        return epochs.Count - 1 - last >= Patience ? epochs[last] : null;
    }
}
