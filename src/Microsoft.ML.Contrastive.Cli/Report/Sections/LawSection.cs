using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>How the two views of an image differ, counted beside the law that they should follow.</summary>
internal static class LawSection
{
    private const string Id = "law", Title = "Law of the views";

    private const int Pairs = 20_000, Width = 380, Height = 250;

    /// <param name="run">The run.</param>
    /// <param name="image">Size of the images that are imagined; that of the views when null.</param>
    public static ReportSection Create(ReportRun run, ImageSize? image)
    {
        (var settings, ContrastivePreset preset) = run.Settings;
        int first = preset.JointCropOver == JointOver.Local && preset.JointCropBeta is not null ? 2 : 0;
        if (preset.Views.Count < first + 2)
            return ReportSection.Without(Id, Title, "The method takes one view of an image: there are no pairs.");
        ImageSize size = image ?? preset.Views[0].Crop.OutputSize;
        PairStatistics pairs = PairStatistics.Sample(preset.ToViewPlan((ulong)settings.Seed), size, Pairs, first, first + 1);
        (PairQuantity Quantity, string Heading, bool Shown)[] quantities =
        [
            (PairQuantity.LogAreaRatio, "Areas of the crops", true),
            (PairQuantity.LogSigmaRatio, "Widths of the blurs", preset.JointBlurBeta is not null),
            (PairQuantity.LogBrightnessRatio, "Brightness", preset.JointColorBeta is not null),
            (PairQuantity.Overlap, "Overlap of the crops", true),
        ];
        return new ReportSection(Id, Title, new
        {
            Pairs = Pairs.ToString("N0", CultureInfo.InvariantCulture),
            size.Width,
            size.Height,
            Figures = quantities.Where(quantity => quantity.Shown).Select(quantity =>
            {
                PairHistogram histogram = pairs.Histogram(quantity.Quantity);
                return new
                {
                    quantity.Heading,
                    Svg = PairFigure.Create([("pairs", histogram)]).ToHtml($"{Id}-{quantity.Quantity}-", Width, Height),
                    Reading = Reading(histogram),
                };
            }),
        });
    }

    private static string Reading(PairHistogram histogram)
    {
        if (histogram.Law is null)
            return string.Create(CultureInfo.InvariantCulture, $"Mean {histogram.Mean:0.00}.");

        // Kolmogorov: in 95 of 100 draws of n pairs the distance stays below 1.36/√n.
        double bound = 1.36 / Math.Sqrt(histogram.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Beyond 2:1: {histogram.ShareBeyondTwo:0.0%}, by the law {histogram.TheoreticalShareBeyondTwo:0.0%}. "
                + $"Largest difference of the distribution functions {histogram.KolmogorovDistance:0.0000}; chance alone stays below {bound:0.0000} in 95 of 100 draws.");
    }
}
