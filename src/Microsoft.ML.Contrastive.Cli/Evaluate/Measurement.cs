using System.Globalization;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>A number, and everything that says how it came about.</summary>
/// <param name="Features">What was classified: the encoder, pixels, a random encoder.</param>
/// <param name="Measure">knn, linear, labels-per-class or fine-tuning.</param>
/// <param name="Protocol">The name to report the number under.</param>
/// <param name="Top1">Part of the test images, 0 to 1, whose class has the highest score; null where the classifier diverged.</param>
/// <param name="Description">How it was done, in a line.</param>
internal sealed record Measurement(string Features, string Measure, string Protocol, double? Top1, string Description)
{
    /// <summary>Standard deviation of <see cref="Top1"/> over several draws; null where there is one number.</summary>
    public double? StandardDeviation { get; init; }

    /// <summary>Part of the test images, 0 to 1, whose class is among the five with the highest scores; null where it was not measured.</summary>
    public double? Top5 { get; init; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Numbers of test images, by true class and named class; null where there are several draws.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? ConfusionMatrix { get; init; }

    /// <summary>What the library has measured.</summary>
    public static Measurement Of(string features, string measure, string protocol, EncoderMetrics metrics)
    {
        string line = metrics.ToString().Split('\n')[0];
        return new Measurement(features, measure, protocol, metrics.Top1, line[(line.IndexOf(" by ", StringComparison.Ordinal) + 4)..])
        {
            Top5 = metrics.Top5,
            Classes = metrics.Classes,
            ConfusionMatrix = metrics.ConfusionMatrix,
        };
    }

    /// <summary>The numbers, and beside them how they came about, in a line.</summary>
    public override string ToString()
    {
        string number = Top1 is not { } top1 ? "no number"
            : StandardDeviation is { } deviation ? Percent($"top-1 {100 * top1:0.00} ± {100 * deviation:0.00} %")
            : Percent($"top-1 {100 * top1:0.00} %");
        return $"{Features}: {number}{(Top5 is { } top5 ? Percent($", top-5 {100 * top5:0.00} %") : "")} by {Description}";

        static string Percent(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
