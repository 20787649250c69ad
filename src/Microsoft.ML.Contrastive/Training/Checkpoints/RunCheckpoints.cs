namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>The checkpoints and metrics of one run: "last", to go on from, and "best" by the monitored metric.</summary>
internal sealed class RunCheckpoints
{
    private readonly Workspace _workspace;
    private readonly int _seed;
    private readonly SortedDictionary<string, string> _configuration;
    private readonly RunHistory _history;
    private TrainingState? _training;

    /// <exception cref="InvalidOperationException">The workspace holds a run of another configuration or other data.</exception>
    public RunCheckpoints(Workspace workspace, int seed, SortedDictionary<string, string> configuration, RunHistory history)
    {
        workspace.RequireSame(configuration);
        (_workspace, _seed, _configuration, _history) = (workspace, seed, configuration, history);
    }

    /// <summary>Copies what the last checkpoint holds into what is trained, and forgets metrics of later epochs, which will be trained again.</summary>
    /// <param name="training">What is trained.</param>
    /// <param name="needsBest">Whether <see cref="RestoreBest"/> will be called.</param>
    /// <returns>Where training goes on: at its beginning when there is no checkpoint.</returns>
    public TrainingProgress Begin(TrainingState training, bool needsBest)
    {
        _training = training;
        if (_workspace.Saved is { } saved)
        {
            _workspace.Restore(Workspace.Last, training);
            _history.AddRange(saved.Metrics);
            if (needsBest && _history.Best is not null)
                _workspace.Require(Workspace.Best);
        }

        _workspace.RewriteMetrics(_history.Epochs);
        return _workspace.Saved?.Progress ?? default;
    }

    /// <summary>Notes the metrics of an epoch that came to its end.</summary>
    public void Add(EpochMetrics metrics) => _workspace.AppendMetrics(metrics);

    public void SaveLast(TrainingProgress progress) => Save(Workspace.Last, progress);

    public void SaveBest(TrainingProgress progress) => Save(Workspace.Best, progress);

    /// <summary>Copies what the best checkpoint holds into the network.</summary>
    /// <returns>Its epoch, from 1.</returns>
    public int RestoreBest() => _workspace.Restore(Workspace.Best, _training!).Epoch;

    public void Log(string message) => _workspace.Log(message);

    private void Save(string name, TrainingProgress progress) => _workspace.Save(name, _training!, new CheckpointState
    {
        Version = CheckpointState.CurrentVersion,
        Progress = progress,
        Seed = _seed,
        BestEpoch = _history.Best?.Epoch,
        Configuration = _configuration,
        Metrics = _history.Epochs,
    });
}
