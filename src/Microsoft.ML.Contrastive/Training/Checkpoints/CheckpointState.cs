using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>What a checkpoint holds beside its tensors: <c>state.json</c>.</summary>
internal sealed record CheckpointState
{
    /// <summary>The format of this file; another number is refused.</summary>
    public const int CurrentVersion = 1;

    // A hundred thousand epochs.
    private const long LargestMetrics = 64L << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        // Without monitored images the spread is not a number.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly JsonSerializerOptions JsonLine = new(Json) { WriteIndented = false };

    /// <summary>Format of the file.</summary>
    public required int Version { get; init; }

    /// <summary>Where training goes on.</summary>
    public required TrainingProgress Progress { get; init; }

    /// <summary>Seed of the initial weights and of the order of the rows.</summary>
    public required int Seed { get; init; }

    /// <summary>The epoch, from 1, that the monitored metric was best in; null before the first has ended.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>The resolved configuration and the fingerprint of the data, by option.</summary>
    public required SortedDictionary<string, string> Configuration { get; init; }

    /// <summary>The metrics of all epochs so far.</summary>
    public required IReadOnlyList<EpochMetrics> Metrics { get; init; }

    /// <summary>One line of <c>metrics.jsonl</c>.</summary>
    public static string ToLine(EpochMetrics metrics) => JsonSerializer.Serialize(metrics, JsonLine);

    /// <summary>The lines of a <c>metrics.jsonl</c>. A last line that is still being written is left out.</summary>
    /// <exception cref="InvalidDataException">A line holds no metrics, or the file is too large to be one of a run.</exception>
    public static List<EpochMetrics> ReadLines(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LargestMetrics })
            throw new InvalidDataException($"'{path}' is larger than {LargestMetrics >> 20} MiB: it is no file of metrics.");
        var metrics = new List<EpochMetrics>();
        string[] lines = File.ReadAllText(path).Split('\n');
        for (int i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                metrics.Add(JsonSerializer.Deserialize<EpochMetrics>(lines[i], JsonLine) ?? throw new JsonException("null is no object."));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"Line {i + 1} of '{path}' holds no metrics of an epoch: {e.Message}", e);
            }
        }

        return metrics;
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="InvalidDataException">The file is damaged, or of another version.</exception>
    public static CheckpointState Read(string path)
    {
        CheckpointState? state;
        try
        {
            state = JsonSerializer.Deserialize<CheckpointState>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }

        return state switch
        {
            { Version: CurrentVersion, Progress: { Epoch: >= 0, StepInEpoch: >= 0, Step: >= 0 }, Configuration: not null, Metrics: not null } when !state.Metrics.Contains(null!) => state,
            { Version: CurrentVersion } => throw new InvalidDataException($"'{path}' is damaged: its progress is negative, or configuration or metrics are missing."),
            _ => throw new InvalidDataException($"'{path}' is of version {state?.Version}; this library reads version {CurrentVersion}."),
        };
    }
}
