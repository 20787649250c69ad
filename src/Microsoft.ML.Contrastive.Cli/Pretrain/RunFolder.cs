using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>The folder of a run: what is in it, and when it may be written to.</summary>
internal sealed class RunFolder
{
    private const string EventFiles = "events.out.tfevents.*";

    /// <summary>All that a run writes; nothing else is ever deleted.</summary>
    private static readonly string[] Folders = ["checkpoints", "exported_models"], Files = ["config.json", "run.json", "metrics.jsonl", "train.log", "report.html", "lock"];

    /// <param name="path">The folder; it need not exist.</param>
    public RunFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The resolved configuration.</summary>
    public string Configuration => In("config.json");

    /// <summary>What is known of the run: <see cref="RunRecord"/>.</summary>
    public string Record => In("run.json");

    /// <summary>Metrics, a line an epoch.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>What the run came to, as a page.</summary>
    public string Report => In("report.html");

    /// <summary>Folder of encoders for other programs.</summary>
    public string ExportedModels => In("exported_models");

    /// <summary>The encoder as ONNX.</summary>
    public string Onnx => System.IO.Path.Combine(ExportedModels, "encoder.onnx");

    /// <summary>The encoder's weights.</summary>
    public string Weights => System.IO.Path.Combine(ExportedModels, "encoder.safetensors");

    /// <summary>What to type to go on with the run.</summary>
    public string ResumeCommand => $"{Program.Name} pretrain --resume --output {Shell.Quoted(Path)}";

    /// <summary>Whether a run has begun here.</summary>
    public bool HoldsRun => File.Exists(Configuration);

    /// <summary>Why <c>--resume</c> finds nothing to go on with, as the begin of a sentence.</summary>
    public string NothingToResume => $"--resume: '{Path}' {(Directory.Exists(Path) ? "is empty" : "does not exist")}";

    /// <summary>A checkpoint of the run.</summary>
    /// <param name="name">last or best.</param>
    public string Checkpoint(string name) => System.IO.Path.Combine(Path, "checkpoints", name);

    /// <summary>Refuses a folder that holds something, unless it was said what is to become of it.</summary>
    /// <exception cref="UsageException">It does, and nothing was said.</exception>
    public void RequireFree(bool resume, bool overwrite)
    {
        if (resume && overwrite)
            throw new UsageException("--resume goes on with a run and --overwrite deletes it; leave one of them out.");
        if (File.Exists(Path))
            throw new UsageException($"--output: '{Path}' is a file. Name a folder.");
        if (!Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any())
            return;
        if (resume && !HoldsRun)
            throw new UsageException($"--resume: '{Path}' holds no run that can be continued (there is no config.json). Choose another --output, or --overwrite.");
        if (!resume && !overwrite)
            throw new UsageException(
                $"--output: '{Path}' " + (HoldsRun
                    ? "holds a run already. Go on with it by --resume, delete it by --overwrite, or choose another folder."
                    : "is not empty. Choose another folder, or write into it by --overwrite."));
        if (overwrite && Folders.FirstOrDefault(folder => Directory.Exists(In(folder))) is { } found && !HoldsRun)
            throw new UsageException($"--overwrite: '{Path}' has a folder '{found}' but no config.json: it is no run of this tool, and nothing in it is deleted. Choose another folder.");
    }

    /// <summary>Makes the folder and shows that it takes files, and as many bytes as will be needed.</summary>
    /// <param name="bytes">What checkpoints will need.</param>
    /// <exception cref="IOException">It does not.</exception>
    public void RequireWritable(long bytes)
    {
        string probe = In(".probe");
        bool isNew = !Directory.Exists(Path);
        try
        {
            Directory.CreateDirectory(Path);
            using var file = new FileStream(probe, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = bytes, Options = FileOptions.DeleteOnClose });
        }
        // Of a file that is too large for the file system .NET says that an argument is out of its range.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            if (isNew && Directory.Exists(Path))
                Directory.Delete(Path);
            throw new IOException(
                $"--output: '{Path}' cannot hold a run (it needs {bytes >> 20} MiB and the right to write): {FailureLine.Message(error)} Choose another folder, or make room.",
                error);
        }
    }

    /// <summary>Deletes what a run has left, and the folder when nothing else is in it.</summary>
    public void Remove()
    {
        Clear();
        if (!Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }

    /// <summary>Deletes what a run has left.</summary>
    public void Clear()
    {
        foreach (string folder in Folders.Select(In).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        foreach (string file in Files.Select(In).Where(File.Exists).Concat(Directory.EnumerateFiles(Path, EventFiles)))
            File.Delete(file);
    }

    /// <summary>Writes a file so that it is the old one or the new one, whatever happens.</summary>
    public static void Write(string path, string text)
    {
        string aside = path + ".new";
        try
        {
            File.WriteAllText(aside, text + Environment.NewLine);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>The configuration of the run in this folder.</summary>
    /// <param name="option">What named the folder, for errors.</param>
    public JsonObject ReadConfiguration(string option) => RunConfiguration.ReadFile(Configuration, option);

    /// <summary>Writes <see cref="Configuration"/>, with which a run begins: a folder that does not take it does not stay.</summary>
    public void Write(RunConfiguration configuration)
    {
        try
        {
            Write(Configuration, configuration.ToString());
        }
        catch
        {
            if (!Directory.EnumerateFileSystemEntries(Path).Any())
                Directory.Delete(Path);
            throw;
        }
    }

    /// <summary>Writes <see cref="Record"/>.</summary>
    public void Write(RunRecord record) => Write(Record, JsonSerializer.Serialize(record, RunRecord.Json));

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
