using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>The checkpoints and metrics of one run: "last", to go on from, and "best" by the monitored metric.</summary>
internal sealed class RunCheckpoints
{
    private readonly Workspace _workspace;
    private readonly int _seed;
    private readonly SortedDictionary<string, string> _configuration;
    private readonly List<EpochMetrics> _metrics = [];
    private MethodModule? _method;
    private OptimizerState? _optimizer;

    /// <exception cref="InvalidOperationException">The workspace holds a run of another configuration or other data.</exception>
    public RunCheckpoints(Workspace workspace, int seed, SortedDictionary<string, string> configuration)
    {
        workspace.RequireSame(configuration);
        (_workspace, _seed, _configuration) = (workspace, seed, configuration);
    }

    /// <summary>The best epoch so far by nearest-neighbour accuracy, without labels by loss; of equals, the first.</summary>
    private EpochMetrics? Best => _metrics.MaxBy(Score);

    /// <summary>Copies what the last checkpoint holds into the network and its optimiser, and forgets metrics of later epochs, which will be trained again.</summary>
    /// <returns>Where training goes on: at its beginning when there is no checkpoint.</returns>
    public TrainingProgress Begin(MethodModule method, OptimizerState optimizer)
    {
        (_method, _optimizer) = (method, optimizer);
        if (_workspace.Saved is { } saved)
        {
            _workspace.Restore(method, optimizer);
            _metrics.AddRange(saved.Metrics);
        }

        _workspace.RewriteMetrics(_metrics);
        return _workspace.Saved?.Progress ?? default;
    }

    /// <summary>Notes the metrics of an epoch that came to its end, and keeps the network when it is the best so far.</summary>
    public void Add(EpochMetrics metrics, TrainingProgress progress)
    {
        _metrics.Add(metrics);
        _workspace.AppendMetrics(metrics);
        if (Best == metrics)
            Save(Workspace.Best, progress);
    }

    public void SaveLast(TrainingProgress progress) => Save(Workspace.Last, progress);

    public void Log(string message) => _workspace.Log(message);

    private static double Score(EpochMetrics metrics) => metrics.KnnAccuracy ?? -metrics.Loss;

    private void Save(string name, TrainingProgress progress) => _workspace.Save(name, _method!, _optimizer!, new CheckpointState
    {
        Version = CheckpointState.CurrentVersion,
        Progress = progress,
        Seed = _seed,
        BestEpoch = Best?.Epoch,
        Configuration = _configuration,
        Metrics = _metrics,
    });
}
