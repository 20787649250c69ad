using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Contrastive.Cli.Report.Sections;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>The page around the sections: one file that loads nothing.</summary>
internal static class ReportPage
{
    /// <summary>Classes that have hues of their own; the hues of more begin to come close.</summary>
    private const int EvenHues = 12;

    private const double GoldenAngle = 137.508;

    /// <summary>Writes the page.</summary>
    /// <param name="run">The run.</param>
    /// <param name="evaluation">What the features are worth; null when that was not measured.</param>
    /// <param name="sections">The parts, in their order.</param>
    public static string Render(ReportRun run, ReportEvaluation? evaluation, IReadOnlyList<ReportSection> sections)
    {
        string script = $"\n{ReportTemplates.Read("script.js")}\n";
        string data = Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Record.Dataset.Path));
        return ReportTemplates.Render("page", new
        {
            Title = $"{run.Record.Method} on {data}",
            Subtitle = $"{run.Record.Backbone}, {Text($"{run.Record.Dataset.Images:N0}")} images, {run.Epochs.Count} of {run.Record.Epochs} epochs",
            Status = run.Record.Status.ToString().ToLowerInvariant(),
            Style = $"{ReportTemplates.Read("style.css")}\n{Colours(run.Record.Dataset.Classes.Count)}",
            Script = script,
            // The one script that a browser may run here, whatever names of files and classes hold.
            ScriptHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))),
            Tiles = Tiles(run, evaluation).Select(tile => new { tile.Name, tile.Value }),
            Sections = sections.Select(section => new { section.Id, section.Title, section.Missing, Html = section.Model is null ? "" : ReportTemplates.Render(section.Id, section.Model) }),
            Written = DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            Version = $"{Program.Name} {RunSection.ShortVersion(run.Record)}",
        });
    }

    private static IEnumerable<(string Name, string Value)> Tiles(ReportRun run, ReportEvaluation? evaluation)
    {
        if (evaluation is not null)
        {
            yield return ("Linear classifier", Text($"{evaluation.Trained.Linear:0.0%}"));
            if (evaluation.Pixels is { } pixels)
                yield return ("Pixels alone", Text($"{pixels.Linear:0.0%}"));
        }

        if (run.Epochs is not [.., var last])
            yield break;
        yield return ("Loss", Text($"{last.Loss:0.000}"));
        if (last.KnnAccuracy is { } knn)
            yield return ("kNN in training", Text($"{knn:0.0%}"));
        yield return ("Spread", Text($"{last.FeatureSpread:0.00}"));
        yield return ("Images a second", Text($"{last.ImagesPerSecond:N0}"));
        yield return ("Trained for", RunSection.Duration(last.Elapsed));
    }

    /// <summary>A hue for each class, every second one lighter.</summary>
    private static string Colours(int classes)
    {
        var css = new StringBuilder();
        for (int i = 0; i < classes; i++)
        {
            double hue = classes <= EvenHues ? i * 360.0 / classes : i * GoldenAngle % 360;
            css.Append(CultureInfo.InvariantCulture, $".k{i}{{--k:hsl({hue:0} 70% calc(var(--class-light) + {i % 2 * 12}%))}}");
        }

        return css.ToString();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
