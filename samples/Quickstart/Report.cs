using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Quickstart;

/// <summary>What a run found: accuracy by features and by number of labels.</summary>
internal sealed class Report(IReadOnlyList<int> labelCounts)
{
    private readonly List<(string Key, string Description, Accuracy[] Accuracies)> _rows = [];

    /// <summary>Adds a row: the features' key in metrics.json, what they are, and the accuracy with each number of labels.</summary>
    public void Add(string key, string description, Accuracy[] accuracies) => _rows.Add((key, description, accuracies));

    /// <summary>Prints the table.</summary>
    public void Print(int draws)
    {
        var table = new Table().Title($"Accuracy on the test images, % (mean ± sd, {draws} draws)")
            .AddColumn("Features");
        foreach (int labels in labelCounts)
            table.AddColumn(new TableColumn($"{labels} labels a class").RightAligned());
        foreach ((_, string description, Accuracy[] accuracies) in _rows)
            table.AddRow([description, .. accuracies.Select(accuracy => string.Create(CultureInfo.InvariantCulture, $"{accuracy.Mean:F1} ± {accuracy.Deviation:F1}"))]);
        AnsiConsole.Write(table);
    }

    /// <summary>Writes metrics.json: the means as <c>pixels10</c> …, the deviations as <c>pixels10Deviation</c> …, and <c>seconds</c>.</summary>
    public void Save(string path, double seconds)
    {
        var metrics = new Dictionary<string, double>();
        foreach ((string key, _, Accuracy[] accuracies) in _rows)
        {
            for (int i = 0; i < accuracies.Length; i++)
            {
                metrics[$"{key}{labelCounts[i]}"] = Math.Round(accuracies[i].Mean, 2);
                metrics[$"{key}{labelCounts[i]}Deviation"] = Math.Round(accuracies[i].Deviation, 2);
            }
        }

        metrics["seconds"] = Math.Round(seconds, 1);
        File.WriteAllText(path, JsonSerializer.Serialize(metrics, Indented));
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
