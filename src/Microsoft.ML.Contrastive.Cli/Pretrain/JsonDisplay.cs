using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>Lines of JSON, each an object with an <c>event</c>: estimate, epoch, note.</summary>
internal sealed class JsonDisplay(TextWriter output) : TrainingDisplay
{
    private static readonly JsonSerializerOptions Line = new(RunRecord.Json) { WriteIndented = false };

    private readonly RemainingTime _remaining = new();
    private bool _told;

    /// <summary>Writes an event.</summary>
    /// <param name="name">Value of its key <c>event</c>.</param>
    /// <param name="facts">An object; its keys follow.</param>
    public void Write<T>(string name, T facts)
    {
        JsonObject line = new() { ["event"] = name };
        foreach ((string key, JsonNode? value) in JsonSerializer.SerializeToNode(facts, Line)!.AsObject())
            line[key] = value?.DeepClone();
        output.WriteLine(line.ToJsonString(Line));
    }

    /// <inheritdoc/>
    public override void Step(StepMetrics step)
    {
        TimeSpan? left = _remaining.After(step);
        if (_told || left is null)
            return;
        _told = true;
        Write("estimate", new { RemainingSeconds = left.Value.TotalSeconds, _remaining.ImagesPerSecond });
    }

    /// <inheritdoc/>
    public override void Epoch(EpochMetrics epoch) => Write("epoch", epoch);

    /// <inheritdoc/>
    public override void Note(string text) => Write("note", new { Text = text });
}
