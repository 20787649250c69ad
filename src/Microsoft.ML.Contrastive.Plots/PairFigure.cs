using Microsoft.ML.Contrastive.Augmentation;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>Histograms of what positive pairs differ in, with the closed form as a line where there is one (JointCrop paper, AAAI-25, figures 3 and 7, appendix H).</summary>
public static class PairFigure
{
    private const int CurveSteps = 100;

    /// <summary>One histogram or several over one another.</summary>
    /// <param name="histograms">Names and histograms, all of one quantity.</param>
    /// <param name="title">A line above the plot; none when empty.</param>
    /// <exception cref="ArgumentException">There is none, or they are of different quantities.</exception>
    public static Figure Create(IEnumerable<(string Name, PairHistogram Histogram)> histograms, string title = "")
    {
        (string Name, PairHistogram Value)[] all = FigureStyle.Series(histograms, nameof(histograms));
        PairQuantity quantity = all[0].Value.Quantity;
        if (Array.Find(all, h => h.Value.Quantity != quantity) is { Value: { } other })
            throw new ArgumentException($"The histograms are of {quantity} and {other.Quantity}; a figure shows one quantity.", nameof(histograms));

        PlotModel model = FigureStyle.Model(title, Label(quantity), "density");
        model.Axes[1].AbsoluteMinimum = model.Axes[1].Minimum = 0;
        bool several = all.Length > 1;
        for (int i = 0; i < all.Length; i++)
        {
            (string name, PairHistogram histogram) = all[i];
            model.Series.Add(Bars(name, histogram, FigureStyle.Color(i), filled: !several));
            if (histogram.Law is { } law)
                model.Series.Add(Curve(law, histogram.Edges[^1], several ? FigureStyle.Color(i) : FigureStyle.Color(1)));
        }

        if (Array.Exists(all, h => h.Value.Law is not null))
            model.Series.Add(Dashed("closed form", several ? FigureStyle.Ink : FigureStyle.Color(1)));
        return new Figure(model);
    }

    private static AreaSeries Bars(string name, PairHistogram histogram, OxyColor color, bool filled)
    {
        var bars = new AreaSeries { Title = name, Color = color, Fill = OxyColor.FromAColor(filled ? (byte)80 : (byte)0, color), StrokeThickness = 1.2, ConstantY2 = 0, MinimumSegmentLength = 0 };
        for (int bin = 0; bin < histogram.Density.Count; bin++)
        {
            bars.Points.Add(new DataPoint(histogram.Edges[bin], histogram.Density[bin]));
            bars.Points.Add(new DataPoint(histogram.Edges[bin + 1], histogram.Density[bin]));
        }

        if (!filled)
            bars.Color2 = OxyColors.Transparent;
        return bars;
    }

    private static LineSeries Curve(JointLaw law, double bound, OxyColor color)
    {
        LineSeries curve = Dashed(null, color);
        for (int i = -CurveSteps; i <= CurveSteps; i++)
        {
            double logRatio = bound * i / CurveSteps, density = law.Density(logRatio, bound);
            if (double.IsFinite(density))
                curve.Points.Add(new DataPoint(logRatio, density));
        }

        return curve;
    }

    private static LineSeries Dashed(string? title, OxyColor color) => new() { Title = title, Color = color, StrokeThickness = 2, LineStyle = LineStyle.Dash };

    private static string Label(PairQuantity quantity) => quantity switch
    {
        PairQuantity.LogAreaRatio => "ln(second area / first area)",
        PairQuantity.LogSigmaRatio => "ln(second σ / first σ)",
        PairQuantity.LogBrightnessRatio => "ln(second brightness factor / first)",
        PairQuantity.LogContrastRatio => "ln(second contrast factor / first)",
        PairQuantity.LogSaturationRatio => "ln(second saturation factor / first)",
        PairQuantity.LogRatio => "ln(second / first)",
        PairQuantity.CentreDistance => "distance of the crops' centres in pixels",
        _ => "intersection over union of the crops",
    };
}
