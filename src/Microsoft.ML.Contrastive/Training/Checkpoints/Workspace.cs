using System.Globalization;

namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>The folder of one run: <c>checkpoints/last</c>, <c>checkpoints/best</c>, <c>metrics.jsonl</c>, <c>train.log</c>.</summary>
/// <remarks>
/// A checkpoint is written as <c>NAME.new</c>; when it is on the disk, the one before becomes <c>NAME.previous</c>, the new one gets the name, and
/// the one before is deleted. So the process may end anywhere: what stands under <c>NAME</c>, or where there is none under
/// <c>NAME.previous</c>, is whole.
/// </remarks>
internal sealed class Workspace : IDisposable
{
    public const string Last = "last";
    public const string Best = "best";

    private const string CheckpointsFolder = "checkpoints";
    private const string MetricsFile = "metrics.jsonl";
    private const string LogFile = "train.log";
    private const string LockFile = "lock";
    private const string Unfinished = ".new";
    private const string Replaced = ".previous";

    private readonly string _path;
    private readonly FileStream _lock;
    private StreamWriter? _log;

    private Workspace(string path, FileStream ownership)
    {
        _path = path;
        _lock = ownership;
        Recover(Last);
        Recover(Best);
        Saved = Directory.Exists(CheckpointPath(Last)) ? Checkpoint.ReadState(CheckpointPath(Last)) : null;
    }

    /// <summary>What the last checkpoint said when the workspace was opened; <see langword="null"/> when there was none.</summary>
    public CheckpointState? Saved { get; }

    /// <summary>Opens a workspace, or makes one.</summary>
    /// <param name="path">The folder; it need not exist.</param>
    /// <param name="resume">Whether a run that is there already may be continued.</param>
    /// <exception cref="InvalidOperationException">There is a run already and <paramref name="resume"/> is false, another process is at work in the folder, or it cannot be written to.</exception>
    /// <exception cref="InvalidDataException">The last checkpoint is damaged.</exception>
    public static Workspace Open(string path, bool resume)
    {
        FileStream ownership;
        try
        {
            path = Path.GetFullPath(path);
            if (!resume && RunIn(path) is { } run)
                throw new InvalidOperationException(
                    $"The workspace '{path}' ({nameof(TrainingOptions.WorkspacePath)}) already holds {run}. Set {nameof(TrainingOptions.Resume)} = true to go on with it, or "
                        + "choose another folder.");
            Directory.CreateDirectory(path);
            ownership = new FileStream(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The workspace '{path}' ({nameof(TrainingOptions.WorkspacePath)}) cannot be opened: {e.Message} Choose another folder, or wait for a training that is at "
                    + "work in this one.",
                e);
        }

        try
        {
            return new Workspace(path, ownership);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Refuses to go on without a checkpoint that will be needed later.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public void Require(string name)
    {
        if (!Directory.Exists(CheckpointPath(name)))
            throw new InvalidDataException(
                $"The workspace '{_path}' has no checkpoint '{CheckpointsFolder}/{name}', which {nameof(TrainingOptions.RestoreBestWeights)} needs. Put it back, or set "
                    + $"{nameof(TrainingOptions.RestoreBestWeights)} = false.");
    }

    /// <summary>Refuses to go on with a run of another configuration or other data.</summary>
    /// <exception cref="InvalidOperationException">They differ; the message says in what.</exception>
    public void RequireSame(SortedDictionary<string, string> configuration)
    {
        if (Saved is null || Fingerprint.Differences(Saved.Configuration, configuration) is not { Count: > 0 } differences)
            return;
        throw new InvalidOperationException(
            $"The workspace '{_path}' ({nameof(TrainingOptions.WorkspacePath)}) holds a run of another configuration or other data, which cannot be continued by this one "
                + $"(saved → current):{Environment.NewLine}  "
            + string.Join($"{Environment.NewLine}  ", differences)
            + $"{Environment.NewLine}Restore the saved values, or choose another folder. A seed that was not given is drawn anew in every process: give the MLContext one.");
    }

    /// <summary>Puts the state of a training under a name, in place of what was there.</summary>
    /// <exception cref="IOException">It could not be written; what was there still is.</exception>
    public void Save(string name, TrainingState training, CheckpointState state)
    {
        string path = CheckpointPath(name);
        try
        {
            Directory.CreateDirectory(path + Unfinished);
            Checkpoint.Write(path + Unfinished, training, state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(path + Unfinished);
            throw new IOException(
                $"The checkpoint '{path}' ({nameof(TrainingOptions.WorkspacePath)}) could not be written: {e.Message} Checkpoints that were written before are whole: make "
                    + $"room, then go on from there with {nameof(TrainingOptions.Resume)} = true.",
                e);
        }

        if (Directory.Exists(path))
            Directory.Move(path, path + Replaced);
        Directory.Move(path + Unfinished, path);
        Delete(path + Replaced);
    }

    /// <summary>Copies the tensors of a checkpoint into those of a training.</summary>
    /// <returns>Where training was when it was taken.</returns>
    public TrainingProgress Restore(string name, TrainingState training)
    {
        Checkpoint.Restore(CheckpointPath(name), training);
        return Checkpoint.ReadState(CheckpointPath(name)).Progress;
    }

    public void RewriteMetrics(IEnumerable<EpochMetrics> metrics) => File.WriteAllLines(Path.Combine(_path, MetricsFile), metrics.Select(CheckpointState.ToLine));

    public void AppendMetrics(EpochMetrics metrics) => File.AppendAllLines(Path.Combine(_path, MetricsFile), [CheckpointState.ToLine(metrics)]);

    /// <summary>Adds a line with the time to <c>train.log</c>.</summary>
    public void Log(string message)
    {
        _log ??= new StreamWriter(new FileStream(Path.Combine(_path, LogFile), FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-dd HH:mm:sszzz}  {message}"));
    }

    public void Dispose()
    {
        _log?.Dispose();
        _lock.Dispose();
    }

    /// <summary>Describes the run in a folder, which is left as it is; <see langword="null"/> when there is none.</summary>
    private static string? RunIn(string path)
    {
        string last = Path.Combine(path, CheckpointsFolder, Last);
        if (File.Exists(Path.Combine(last, Checkpoint.StateFile)))
            return $"a run, last saved {Directory.GetLastWriteTime(last).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}";
        return Directory.Exists(Path.Combine(path, CheckpointsFolder)) || File.Exists(Path.Combine(path, LogFile)) || File.Exists(Path.Combine(path, MetricsFile))
            ? "the beginning of a run"
            : null;
    }

    private string CheckpointPath(string name) => Path.Combine(_path, CheckpointsFolder, name);

    /// <summary>Clears away what a process that was killed while it wrote has left.</summary>
    private void Recover(string name)
    {
        string path = CheckpointPath(name);
        Delete(path + Unfinished);
        if (!Directory.Exists(path) && Directory.Exists(path + Replaced))
            Directory.Move(path + Replaced, path);
        Delete(path + Replaced);
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
