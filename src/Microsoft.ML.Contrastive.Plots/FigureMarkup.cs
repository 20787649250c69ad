using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>A plot as part of an HTML page: colours that the page may set, widths that follow the page, and values to hover over.</summary>
internal static partial class FigureMarkup
{
    /// <summary>Points of a line that tell their value: more of them could not be told apart by a pointer.</summary>
    private const int MostTold = 300;

    private const double Reach = 7;

    /// <summary>Makes the element.</summary>
    /// <param name="svg">The plot as an SVG document, just rendered.</param>
    /// <param name="model">The model that was rendered.</param>
    /// <param name="id">What names within the element begin with.</param>
    public static string Of(string svg, PlotModel model, string id)
    {
        XElement root = XDocument.Parse(svg).Root!;
        var element = new XElement("svg", new XAttribute("class", "figure"), new XAttribute("viewBox", $"0 0 {Number(root, "width")} {Number(root, "height")}"), new XAttribute("role", "img"));
        element.Add(root.Nodes().Select(Copy), model.Series.OfType<LineSeries>().Where(Tells).SelectMany(Told));
        foreach (XElement child in element.Descendants())
        {
            // As an attribute a colour cannot be a variable.
            if (child.Attribute("fill") is { } fill)
            {
                child.SetAttributeValue("style", $"fill:{fill.Value};{child.Attribute("style")?.Value}");
                fill.Remove();
            }

            if (child.Attribute("style") is { } style)
                style.Value = Rgb().Replace(style.Value, colour => Variable(colour));
            if (child.Attribute("id") is { } name)
                name.Value = id + name.Value;
            if (child.Attribute("clip-path") is { } clip)
                clip.Value = clip.Value.Replace("#", $"#{id}", StringComparison.Ordinal);
        }

        return element.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>The node without the namespace, which an HTML page takes for granted.</summary>
    private static XNode? Copy(XNode node) => node switch
    {
        XElement element => new XElement(
            element.Name.LocalName, element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => new XAttribute(a.Name.LocalName, a.Value)),
            element.Nodes().Select(Copy)),
        XText text => new XText(text),
        _ => null,
    };

    /// <summary>Measured points tell their values; outlines and closed forms do not.</summary>
    private static bool Tells(LineSeries series) => series is not AreaSeries && series.Title is not null && series.LineStyle != LineStyle.Dash;

    private static IEnumerable<XElement> Told(LineSeries series)
    {
        int every = Math.Max(1, (series.Points.Count + MostTold - 1) / MostTold);
        string name = string.IsNullOrEmpty(series.Title) ? "" : $"{series.Title}, ";
        foreach (DataPoint point in series.Points.Where((_, i) => i % every == 0))
        {
            ScreenPoint at = series.Transform(point);
            yield return new XElement(
                "circle",
                new XAttribute("cx", at.X.ToString("0.#", CultureInfo.InvariantCulture)),
                new XAttribute("cy", at.Y.ToString("0.#", CultureInfo.InvariantCulture)),
                new XAttribute("r", Reach),
                new XAttribute("class", "point"),
                new XAttribute("style", "fill:transparent"),
                new XElement("title", string.Create(CultureInfo.InvariantCulture, $"{name}{series.XAxis.Title} {point.X:0.####}: {point.Y:0.####}")));
        }
    }

    private static string Variable(Match colour)
    {
        byte Part(int i) => byte.Parse(colour.Groups[i].ValueSpan, NumberStyles.Integer, CultureInfo.InvariantCulture);
        var known = OxyColor.FromRgb(Part(1), Part(2), Part(3));
        return FigureStyle.Variable(known) is { } name ? $"var({name},{colour.Value})" : colour.Value;
    }

    private static string Number(XElement root, string attribute) => root.Attribute(attribute)!.Value.Replace("px", "", StringComparison.Ordinal);

    [GeneratedRegex(@"rgb\((\d+), ?(\d+), ?(\d+)\)")]
    private static partial Regex Rgb();
}
