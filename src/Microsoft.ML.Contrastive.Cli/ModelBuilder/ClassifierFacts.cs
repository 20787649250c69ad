using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Pretrain;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>What is known of a classifier and has no place in Model Builder's configuration: <c>X.contrastive.json</c>.</summary>
internal sealed record ClassifierFacts
{
    /// <summary>What wrote it.</summary>
    public string Tool { get; init; } = Program.Name;

    /// <summary>The pretraining: data, device, network, epochs.</summary>
    public required RunRecord Encoder { get; init; }

    /// <summary>Names of the classes, in the order of the scores.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images that taught the classifiers which are compared.</summary>
    public required int TrainingImages { get; init; }

    /// <summary>Images that they were measured on.</summary>
    public required int HeldOutImages { get; init; }

    /// <summary>Where these come from.</summary>
    public required string HeldOut { get; init; }

    /// <summary>The classifiers; the last one is saved.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>All settings of the pretraining; <c>train</c> begins with them.</summary>
    public required JsonObject Pretraining { get; init; }

    /// <summary>The settings in a file of facts; null when there are none.</summary>
    public static JsonObject? ReadPretraining(string path) => File.Exists(path) ? RunConfiguration.ReadFile(path, path)["pretraining"]?.DeepClone() as JsonObject : null;

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this, RunRecord.Json);
}
