using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Training.Presets;

/// <summary>Every value of every preset as it was reviewed, in <c>presets.txt</c> beside this file: a default that changes anywhere shows as a difference there.</summary>
public class ResolvedPresetsTests
{
    /// <summary>Set to 1, the file is written instead of compared.</summary>
    private const string Rewrite = "CONTRASTIVE_WRITE_PRESETS";

    private const string ReviewedFile = "test/Microsoft.ML.Contrastive.Tests/Training/Presets/presets.txt";

    [Fact]
    public void Every_preset_resolves_to_the_reviewed_values()
    {
        string file = Path.Combine(GoldenRun.RepositoryRoot, ReviewedFile);
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(file, string.Join('\n', ContrastivePreset.All));

        string[] reviewed = ValuesOf(File.ReadAllText(file)), resolved = ValuesOf(string.Join('\n', ContrastivePreset.All));
        string[] changes = [.. reviewed.Except(resolved).Select(value => $"- {value}"), .. resolved.Except(reviewed).Select(value => $"+ {value}")];
        Assert.True(
            reviewed.SequenceEqual(resolved),
            $"""
            Presets resolve to other values than {ReviewedFile} has (- reviewed, + now):
            {string.Join('\n', changes.OrderBy(change => change[2..], StringComparer.Ordinal).Take(40))}
            If that is what is meant, run this test with {Rewrite}=1, and review the file's difference line by line.
            """);
    }

    /// <summary>One line a value, with the name of its preset before it.</summary>
    private static string[] ValuesOf(string text) =>
        [.. from preset in text.ReplaceLineEndings("\n").Split("\n\n") let lines = preset.TrimEnd().Split('\n') from line in lines select $"{lines[0]["name = ".Length..]}: {line}"];
}
