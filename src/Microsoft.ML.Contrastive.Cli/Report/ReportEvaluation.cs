using Microsoft.ML.Contrastive.Cli.Sweep;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>What classifiers reach on the features of the encoder, of the untrained network, and on the pixels themselves.</summary>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Teaching">Number of images that the classifiers learned from.</param>
/// <param name="Labels">True classes of the images that they were asked about.</param>
/// <param name="Pixels">On pixels.</param>
/// <param name="Untrained">On the features of the network before training.</param>
/// <param name="Trained">On the features of the encoder.</param>
internal sealed record ReportEvaluation(IReadOnlyList<string> Classes, int Teaching, int[] Labels, FrozenAccuracy? Pixels, FrozenAccuracy? Untrained, FrozenAccuracy Trained)
{
    /// <summary>A classifier of a hundred classes would take minutes to its optimum, for some tenths of a percent.</summary>
    public const int MostIterations = 100;

    /// <summary>Measures; null where there is nothing to ask, or no encoder.</summary>
    public static ReportEvaluation? Of(ReportEvidence evidence, CancellationToken cancellation)
    {
        ReportImages images = evidence.Images;
        int[] asked = [.. Enumerable.Range(0, images.Count).Where(i => images.Choice.Asked[i])];
        int[] teaching = [.. Enumerable.Range(0, images.Count).Where(i => !images.Choice.Asked[i] && images.Choice.Classes[i] >= 0)];
        if (evidence.Trained is null || asked.Length == 0 || teaching.Length == 0)
            return null;
        int[] labels = [.. asked.Select(i => images.Choice.Classes[i])], taught = [.. teaching.Select(i => images.Choice.Classes[i])];

        FrozenAccuracy Measure(ReportFeatures features) =>
            FrozenEvaluation.Measure(features.Rows(teaching), taught, features.Rows(asked), labels, images.ClassNames.Count, cancellation, MostIterations);
        return new ReportEvaluation(
            images.ClassNames, teaching.Length, labels,
            evidence.Pixels is { } pixels ? Measure(pixels) : null, evidence.Untrained is { } untrained ? Measure(untrained) : null, Measure(evidence.Trained));
    }
}
