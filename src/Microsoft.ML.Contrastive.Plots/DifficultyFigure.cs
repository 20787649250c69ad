using Microsoft.ML.Contrastive.Evaluation;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>Statistical difficulty as a function of area ratio or β, with bars of two standard errors (JointCrop paper, AAAI-25, figure 2).</summary>
public static class DifficultyFigure
{
    /// <summary>One curve or several, all under one encoder: those of different encoders do not compare.</summary>
    /// <param name="curves">Names and curves, all over one parameter.</param>
    /// <param name="title">A line above the plot; none when empty.</param>
    /// <exception cref="ArgumentException">There is none, or they are over different parameters.</exception>
    public static Figure Create(IEnumerable<(string Name, DifficultyCurve Curve)> curves, string title = "")
    {
        (string Name, DifficultyCurve Value)[] all = FigureStyle.Series(curves, nameof(curves));
        string parameter = all[0].Value.Parameter;
        if (Array.Find(all, c => c.Value.Parameter != parameter) is { Value: { } other })
            throw new ArgumentException($"The curves are over {parameter} and {other.Parameter}; a figure has one horizontal axis.", nameof(curves));

        PlotModel model = FigureStyle.Model(title, parameter, "mean cosine of the pairs (higher: easier)");
        for (int i = 0; i < all.Length; i++)
        {
            var line = new LineSeries
            {
                Title = all[i].Name,
                Color = FigureStyle.Color(i),
                StrokeThickness = 1.6,
                LineStyle = FigureStyle.Line(i),
                MarkerType = MarkerType.Circle,
                MarkerSize = 3,
                MarkerFill = FigureStyle.Color(i),
            };
            foreach (DifficultyPoint point in all[i].Value.Points)
            {
                (double mean, double error) = (point.Difficulty.MeanCosine, point.Difficulty.StandardError);
                line.Points.Add(new DataPoint(point.Value, mean));
                var bar = new LineSeries { Color = FigureStyle.Color(i), StrokeThickness = 1.2 };
                bar.Points.Add(new DataPoint(point.Value, mean - (2 * error)));
                bar.Points.Add(new DataPoint(point.Value, mean + (2 * error)));
                model.Series.Add(bar);
            }

            model.Series.Add(line);
        }

        return new Figure(model);
    }
}
