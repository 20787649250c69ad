using System.Text.Json;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>What the folder of a run says about it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Record">How the run stands.</param>
/// <param name="Configuration">Every setting.</param>
/// <param name="Epochs">Metrics of the epochs so far.</param>
internal sealed record ReportRun(RunFolder Folder, RunRecord Record, RunConfiguration Configuration, IReadOnlyList<EpochMetrics> Epochs)
{
    /// <summary>The settings as the library takes them.</summary>
    public (RunSettings Run, ContrastivePreset Preset) Settings { get; } = Configuration.Read();

    /// <summary>Reads the folder.</summary>
    /// <exception cref="UsageException">It is the folder of no run, or its configuration cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file of the run is damaged.</exception>
    public static ReportRun Read(RunFolder folder)
    {
        if (!folder.HoldsRun || !File.Exists(folder.Record))
            throw new UsageException(
                $"'{folder.Path}' is the folder of no run: it has no {(folder.HoldsRun ? "run.json, which is written by the first step" : "config.json")}. Name the --output "
                    + $"of '{Program.Name} pretrain'.");
        return new ReportRun(folder, ReadRecord(folder.Record), RunConfiguration.OfRun(folder, "RUN"), File.Exists(folder.Metrics) ? EpochMetrics.ReadFile(folder.Metrics) : []);
    }

    private static RunRecord ReadRecord(string path)
    {
        const int LargestBytes = 64 << 20;
        try
        {
            return new FileInfo(path).Length <= LargestBytes && JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path), RunRecord.Json) is { } record
                ? record
                : throw new InvalidDataException($"'{path}' is no record of a run.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{path}' is damaged: {error.Message}", error);
        }
    }
}
