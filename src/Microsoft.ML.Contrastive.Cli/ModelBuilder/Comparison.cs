using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>How the linear classifier does on some features.</summary>
/// <param name="Features">What the features are.</param>
/// <param name="MicroAccuracy">Part of the held-out images that is classified rightly.</param>
/// <param name="MacroAccuracy">The same, of each class, averaged over the classes.</param>
/// <param name="Seconds">What it took: pretraining, computing features, training the classifier.</param>
internal sealed record Trial(string Features, double MicroAccuracy, double MacroAccuracy, double Seconds);

/// <summary>Trials as <c>mlnet</c> prints them.</summary>
internal static class Comparison
{
    private const int TrainerWidth = 46, NumberWidth = 14;

    /// <summary>Prints a table.</summary>
    public static void Write(IReadOnlyList<Trial> trials, Action<string> line)
    {
        string rule = $"|{new string('-', TrainerWidth + (2 * NumberWidth) + 8)}|";
        line(rule);
        line($"|      {"Trainer",-TrainerWidth}{"MicroAccuracy",NumberWidth}{"Duration",NumberWidth}  |");
        line(rule);
        foreach ((int i, Trial trial) in trials.Index())
            line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"|{i,-6}{$"{TrainingConfiguration.Trainer} on {trial.Features}",-TrainerWidth}{trial.MicroAccuracy,NumberWidth:0.0000}{trial.Seconds,NumberWidth:0.0}  |"));
        line(rule);
    }
}
