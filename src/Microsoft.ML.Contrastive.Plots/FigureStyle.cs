using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>What all figures have in common: axes, legend, colours.</summary>
internal static class FigureStyle
{
    /// <summary>Text, axes, and lines that belong to all series.</summary>
    public static readonly OxyColor Ink = OxyColor.FromRgb(0x22, 0x22, 0x22);

    private static readonly OxyColor Grid = OxyColor.FromRgb(0xE4, 0xE4, 0xE4);

    /// <summary>Colours that most kinds of colour blindness tell apart (Okabe and Ito, 2008).</summary>
    private static readonly OxyColor[] Colors = [.. ((uint[])[0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000]).Select(rgb => OxyColor.FromUInt32(0xFF000000 | rgb))];

    /// <summary>The colour of a series.</summary>
    public static OxyColor Color(int series) => Colors[series % Colors.Length];

    /// <summary>The CSS variable by which a page may replace a colour; null for one that is no style of all figures.</summary>
    public static string? Variable(OxyColor color) => color.Equals(Ink) ? "--figure-ink"
        : color.Equals(Grid) ? "--figure-grid"
        : Array.IndexOf(Colors, color) is >= 0 and var series ? FormattableString.Invariant($"--figure-{series + 1}")
        : null;

    /// <summary>The line of a series: dotted where the colours begin again.</summary>
    public static LineStyle Line(int series) => series / Colors.Length % 2 == 0 ? LineStyle.Solid : LineStyle.Dot;

    /// <summary>A plot without series.</summary>
    public static PlotModel Model(string title, string horizontal, string vertical)
    {
        var model = new PlotModel
        {
            DefaultFont = "sans-serif",
            Title = title,
            TitleFontSize = 14,
            TitleFontWeight = FontWeights.Normal,
            TextColor = Ink,
            PlotAreaBorderColor = Ink,
            Padding = new OxyThickness(8, 8, 20, 8),
        };
        model.Axes.Add(Axis(AxisPosition.Bottom, horizontal));
        model.Axes.Add(Axis(AxisPosition.Left, vertical));
        model.Legends.Add(
            new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.BottomCenter,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendBorderThickness = 0,
            });
        return model;
    }

    /// <summary>The names and values of series, of which there must be some.</summary>
    public static (string Name, T Value)[] Series<T>(IEnumerable<(string Name, T Value)> series, string parameter)
    {
        ArgumentNullException.ThrowIfNull(series, parameter);
        (string Name, T Value)[] all = [.. series];
        if (all.Length == 0)
            throw new ArgumentException("A figure needs at least one series.", parameter);
        if (all.Any(s => s.Name is null || s.Value is null))
            throw new ArgumentException("A series and its name must not be null.", parameter);
        return all;
    }

    private static LinearAxis Axis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title,
        AxisTitleDistance = 8,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Grid,
        TicklineColor = Ink,
        MinorTickSize = 0,
        MinimumPadding = 0.03,
        MaximumPadding = 0.05,
    };
}
