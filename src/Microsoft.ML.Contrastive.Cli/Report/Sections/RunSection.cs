using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Pretrain;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>What was run: the data, the method, the machine, and every setting.</summary>
internal static class RunSection
{
    private const string Id = "run", Title = "What was run";

    public static ReportSection Create(ReportRun run)
    {
        RunRecord record = run.Record;
        (RunSettings settings, var preset) = run.Settings;
        string classes = record.Dataset.Classes.Count == 0 ? "no labels" : $"{record.Dataset.Classes.Count} classes, never trained on";
        TimeSpan trained = run.Epochs is [.., var last] ? last.Elapsed : TimeSpan.Zero;
        var facts = new (string Name, string Value)[]
        {
            ("Data", record.Dataset.Path),
            ("Images", Text($"{record.Dataset.Images:N0} ({record.Dataset.Format}; {classes})")),
            ("Method", $"{record.Method}, settings {preset.Name}"),
            ("Network", Text($"{record.Backbone}: {record.FeatureDimension} features of {record.ImageSize[0]} × {record.ImageSize[1]} pixels")),
            ("Views drawn jointly", Joint(preset)),
            ("Epochs", Text($"{record.TrainedEpochs ?? run.Epochs.Count} of {record.Epochs}, batches of {preset.BatchSize}")),
            ("Optimiser", Text($"{preset.Optimizer.GetType().Name}, learning rate {preset.Optimizer.LearningRate:0.#####}")),
            ("Seed", Text($"{settings.Seed}")),
            ("Device", Text($"{record.Device}, {record.Threads} threads; {record.System}")),
            ("Trained for", Duration(trained)),
            ("Started", record.Started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
            ("Version", ShortVersion(record)),
        };
        return new ReportSection(Id, Title, new
        {
            Facts = facts.Select(fact => new { fact.Name, fact.Value }),
            Files = record.Exported,
            record.Error,
            Settings = run.Configuration.Lines().Select(line => new { Name = line.Key, line.Value }),
        });
    }

    /// <summary>The version with as much of its commit as tells it from others.</summary>
    public static string ShortVersion(RunRecord record)
    {
        const int HashDigits = 9;
        int plus = record.Version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? record.Version : record.Version[..Math.Min(record.Version.Length, plus + 1 + HashDigits)];
    }

    /// <summary>"2 h 5 min", "3 min 20 s", "12 s".</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => Text($"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => Text($"{time.Minutes} min {time.Seconds} s"),
        _ => Text($"{Math.Ceiling(time.TotalSeconds)} s"),
    };

    private static string Joint(Training.Presets.ContrastivePreset preset)
    {
        string[] steps = [.. new[] { ("crops", preset.JointCropBeta), ("blurs", preset.JointBlurBeta), ("brightness", preset.JointColorBeta) }
            .Where(step => step.Item2 is not null).Select(step => Text($"{step.Item1} with β = {step.Item2:0.###}"))];
        return steps.Length == 0 ? "none" : string.Join(", ", steps);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
