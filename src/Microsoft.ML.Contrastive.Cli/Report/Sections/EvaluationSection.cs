using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Sweep;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>What the features are worth, beside pixels and an untrained network.</summary>
internal static class EvaluationSection
{
    private const string Id = "evaluation", Title = "Evaluation";

    public static ReportSection Create(ReportEvidence evidence, ReportEvaluation? evaluation)
    {
        if (evaluation is null)
            return ReportSection.Without(Id, Title, evidence.Images.Choice.NotAsked ?? evidence.NoFeatures ?? "No labelled image could be decoded.");
        int asked = evaluation.Labels.Length;
        (string Name, FrozenAccuracy? Accuracy)[] encoders =
        [
            ("Pixels", evaluation.Pixels),
            ("The same network, untrained", evaluation.Untrained),
            ("This encoder", evaluation.Trained),
        ];
        int largest = evaluation.Labels.GroupBy(label => label).Max(group => group.Count());
        return new ReportSection(Id, Title, new
        {
            Rows = encoders.Where(encoder => encoder.Accuracy is not null).Select(encoder => new
            {
                encoder.Name,
                Knn = Percent(encoder.Accuracy!.Knn),
                KnnRange = Range(encoder.Accuracy.Knn, asked),
                Linear = Percent(encoder.Accuracy.Linear),
                LinearRange = Range(encoder.Accuracy.Linear, asked),
                Own = ReferenceEquals(encoder.Accuracy, evaluation.Trained),
            }),
            evaluation.Teaching,
            Asked = asked,
            evidence.Images.Choice.AskedOf,
            Guess = Percent((double)largest / asked),
            FrozenEvaluation.Protocol,
            Iterations = ReportEvaluation.MostIterations,
            Better = evaluation.Trained.Linear > Math.Max(evaluation.Pixels?.Linear ?? 0, evaluation.Untrained?.Linear ?? 0),
        });
    }

    /// <summary>"63.4".</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>The interval that holds the share of all images with a confidence of 95 %, if those asked about were drawn from them (Wilson 1927).</summary>
    private static string Range(double share, int count)
    {
        const double Z = 1.959964;
        double middle = (share + (Z * Z / (2 * count))) / (1 + (Z * Z / count));
        double half = Z / (1 + (Z * Z / count)) * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4.0 * count * count)));
        return $"{Percent(Math.Max(0, middle - half))} – {Percent(Math.Min(1, middle + half))}";
    }
}
