using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>A line of the second file: what a run was made of and what else it gave.</summary>
internal sealed record RunFacts
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Which run.</summary>
    public required RunKey Key { get; init; }

    /// <summary>Training images.</summary>
    public required int Images { get; init; }

    /// <summary>Test images.</summary>
    public required int Queries { get; init; }

    /// <summary>Hash of which images these are.</summary>
    public required string Sample { get; init; }

    /// <summary>Side of views and of the encoder's images, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>How accuracies are measured.</summary>
    public required string Protocol { get; init; }

    /// <summary>Images a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>All settings of the method, a line each.</summary>
    public required string[] Settings { get; init; }

    /// <summary>Mean loss of the last epoch; null without one.</summary>
    public double? Loss { get; init; }

    /// <summary>Why there are no accuracies; null when there are.</summary>
    public string? Failure { get; init; }

    /// <summary>Time of the pretraining, decoding included.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>Time of features, neighbours and linear classifier.</summary>
    public double EvaluationSeconds { get; init; }

    /// <summary>Torch's threads.</summary>
    public int Threads { get; init; }

    /// <summary>Version of this program.</summary>
    public string Version { get; init; } = "";

    /// <summary>When the run ended.</summary>
    public DateTimeOffset Finished { get; init; }

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is none that <see cref="ToString"/> writes.</exception>
    public static RunFacts Parse(string line) =>
        JsonSerializer.Deserialize<RunFacts>(line, Json) is { Key: not null, Settings: not null } facts ? facts : throw new JsonException("There is no key, or there are no settings.");

    public override string ToString() => JsonSerializer.Serialize(this, Json);

    /// <summary>
    /// In what two runs differ that must be alike to be compared, or null: the images and how they are looked at for runs on the same data, and all settings
    /// of the method for runs that differ in seed and views alone. A setting that is left out ("none") equals one that there was not yet when the other run was made.
    /// </summary>
    public string? DifferenceFrom(RunFacts other)
    {
        if (Key.Data != other.Key.Data)
            return null;
        string? difference = Difference("images", Images, other.Images) ?? Difference("queries", Queries, other.Queries)
            ?? Difference("image size", ImageSize, other.ImageSize) ?? Difference("protocol", Protocol, other.Protocol)
            ?? Difference("choice of images (hash)", Sample, other.Sample);
        if (difference is not null || Key with { Seed = other.Key.Seed, Views = other.Key.Views } != other.Key)
            return difference;
        (string[] here, string[] there) = (Given(Settings), Given(other.Settings));
        return Difference("batch size", BatchSize, other.BatchSize)
            ?? (here.Except(there).FirstOrDefault(), there.Except(here).FirstOrDefault()) switch
            {
                (null, null) => Difference("number of settings", here.Length, there.Length),
                var (mine, theirs) => $"{Quoted(mine)} here, {Quoted(theirs)} there",
            };

        static string[] Given(string[] settings) => [.. settings.Where(setting => !setting.EndsWith(" = none", StringComparison.Ordinal))];
        static string Quoted(string? setting) => setting is null ? "nothing like it" : $"'{setting.Trim()}'";
    }

    private static string? Difference<T>(string what, T mine, T theirs) => Equals(mine, theirs) ? null : $"{what} {mine} here, {theirs} there";
}
