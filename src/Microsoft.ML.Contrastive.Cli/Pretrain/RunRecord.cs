using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>How a run stands.</summary>
internal enum RunStatus
{
    /// <summary>It trains, or was ended without having been able to say so.</summary>
    Running,

    /// <summary>All epochs are done and the encoder is exported.</summary>
    Completed,

    /// <summary>Ctrl-C; it can be resumed.</summary>
    Cancelled,

    /// <summary>Something went wrong; see <see cref="RunRecord.Error"/>.</summary>
    Failed,
}

/// <summary>What is known of a run beside its configuration and its metrics: <c>run.json</c>.</summary>
internal sealed record RunRecord
{
    /// <summary>How it is written.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Version of the tool.</summary>
    public string Version { get; init; } = typeof(RunRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>How the run stands.</summary>
    public RunStatus Status { get; init; }

    /// <summary>When it was started, or resumed.</summary>
    public DateTimeOffset Started { get; init; } = DateTimeOffset.Now;

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>The data.</summary>
    public required DatasetFacts Dataset { get; init; }

    /// <summary>cpu or cuda:N.</summary>
    public required string Device { get; init; }

    /// <summary>Threads that torch computes with.</summary>
    public required int Threads { get; init; }

    /// <summary>Operating system and architecture.</summary>
    public string System { get; init; } = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors";

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the network.</summary>
    public required string Backbone { get; init; }

    /// <summary>Number of features.</summary>
    public required int FeatureDimension { get; init; }

    /// <summary>Width and height of the encoder's images.</summary>
    public required int[] ImageSize { get; init; }

    /// <summary>Epochs that were asked for.</summary>
    public required int Epochs { get; init; }

    /// <summary>Complete epochs behind the exported encoder.</summary>
    public int? TrainedEpochs { get; init; }

    /// <summary>The last complete epoch.</summary>
    public EpochMetrics? Last { get; init; }

    /// <summary>Exported files, relative to the folder.</summary>
    public IReadOnlyList<string> Exported { get; init; } = [];

    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }
}

/// <summary>What is known of the data.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Format">Layout.</param>
/// <param name="Images">Images that are trained on.</param>
/// <param name="ValidationImages">Images of the validation split, of which the nearest-neighbour accuracy is measured; 0 where training images are used.</param>
/// <param name="Classes">Names of the classes; none without labels.</param>
internal sealed record DatasetFacts(string Path, string Format, int Images, int ValidationImages, IReadOnlyList<string> Classes);
