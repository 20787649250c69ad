using System.Xml.Linq;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Training;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Plots.Tests;

public sealed class FigureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-plots-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_law_is_drawn_where_its_density_is()
    {
        // β = 0: a rectangle of height 1 / (2 ln 5) over ±ln 5. Along the line at half that height the fill spans the whole range, and ends there.
        using SKBitmap png = Png(PairFigure.Create([("β = 0", Examples.Areas(0))]), 600, 400);
        (int left, int right) = FilledSpan(png, y: png.Height / 2);
        int plot = PlotWidth(png);
        Assert.InRange((right - left) / (double)plot, 0.8, 0.96);

        // β = 2 has less than half of its width left where its density is half of its highest.
        using SKBitmap narrow = Png(PairFigure.Create([("β = 4", Examples.Areas(4))]), 600, 400);
        (left, right) = FilledSpan(narrow, narrow.Height / 2);
        Assert.InRange((right - left) / (double)plot, 0.2, 0.45);
    }

    [Fact]
    public void Pictures_are_the_same_every_time_and_of_the_size_that_was_asked_for()
    {
        Figure figure = TrainingFigure.Create([("a", Examples.Run(1)), ("b", Examples.Run(2))]);
        using var first = new MemoryStream();
        figure.WritePng(first, 300, 200);
        string svg = figure.ToSvg(500, 300);
        using var second = new MemoryStream();
        figure.WritePng(second, 300, 200);
        Assert.Equal(first.ToArray(), second.ToArray());
        Assert.Equal(svg, figure.ToSvg(500, 300));
        using SKBitmap png = SKBitmap.Decode(second.ToArray());
        Assert.Equal((600, 400), (png.Width, png.Height));
    }

    [Fact]
    public void An_svg_is_a_document_with_the_text_of_the_figure()
    {
        XDocument svg = XDocument.Parse(DifficultyText());
        string[] text = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Contains("Two runs", text);
        Assert.Contains("loss", text);
        Assert.Contains("JointCrop(0)", text);
        Assert.Equal("500", svg.Root!.Attribute("width")!.Value.Replace("px", "", StringComparison.Ordinal));
        static string DifficultyText() => TrainingFigure.Create([("JointCrop(0)", Examples.Run(1)), ("b", Examples.Run(2))], title: "Two runs").ToSvg(500, 300);
    }

    [Fact]
    public void Names_in_an_svgs_legend_have_room_in_wide_fonts()
    {
        // DejaVu Sans, what most Linux machines take for sans-serif, has letters of 0.6 of its size on average.
        string svg = PairFigure.Create([("GaussianBlur and more", Examples.Areas(0)), ("β = 1", Examples.Areas(1))]).ToSvg();
        (string Text, double X)[] names = [.. XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text")
            .Select(e => (e.Value, double.Parse(e.Attribute("transform")!.Value.Split('(', ',')[1], System.Globalization.CultureInfo.InvariantCulture))).TakeLast(3)];
        Assert.Equal(["GaussianBlur and more", "β = 1", "closed form"], names.Select(n => n.Text));
        Assert.All(names.Zip(names.Skip(1)), pair => Assert.True(pair.Second.X - pair.First.X > 0.6 * 12 * pair.First.Text.Length, $"{pair}"));
    }

    [Fact]
    public void In_a_page_the_page_chooses_colours_and_width_and_points_tell_their_values()
    {
        Figure figure = TrainingFigure.Create([("<b>", Examples.Run(1))]);
        string html = figure.ToHtml("loss-", 400, 250), other = figure.ToHtml("other-", 400, 250);
        XElement svg = XElement.Parse(html);
        Assert.Equal("svg", svg.Name);
        Assert.Null(svg.Attribute("width"));
        Assert.Equal("0 0 400 250", svg.Attribute("viewBox")!.Value);

        // No colour of the style is left that a page could not replace, and there is no background.
        string[] colours = [.. svg.Descendants().SelectMany(e => new[] { e.Attribute("style")?.Value, e.Attribute("fill")?.Value, e.Attribute("stroke")?.Value }).OfType<string>()];
        Assert.Contains(colours, style => style.Contains("var(--figure-ink,", StringComparison.Ordinal));
        Assert.Contains(colours, style => style.Contains("var(--figure-1,", StringComparison.Ordinal));
        Assert.All(colours, style => Assert.Equal(style.Split("rgb(").Length, style.Split(",rgb(").Length));
        Assert.DoesNotContain(svg.Descendants("rect"), rect => rect.Parent!.Name != "clipPath" && rect.Attribute("style")?.Value.Contains("fill:none", StringComparison.Ordinal) != true);

        XElement[] points = [.. svg.Descendants("circle").Where(e => e.Attribute("class")?.Value == "point")];
        Assert.Equal(20, points.Length);
        Assert.Equal("<b>, epoch 20: 1.0183", points[^1].Value);
        XElement line = Assert.Single(svg.Descendants("polyline"), e => e.Attribute("points")!.Value.Split(' ').Length == 20);
        string[] last = line.Attribute("points")!.Value.Split(' ')[^1].Split(',');
        Assert.Equal(double.Parse(last[0], System.Globalization.CultureInfo.InvariantCulture), (double)points[^1].Attribute("cx")!, 0.1);
        Assert.Equal(double.Parse(last[1], System.Globalization.CultureInfo.InvariantCulture), (double)points[^1].Attribute("cy")!, 0.1);

        // Two figures of one page share no name.
        string[] ids = [.. new[] { svg, XElement.Parse(other) }.SelectMany(e => e.Descendants()).Select(e => e.Attribute("id")?.Value).OfType<string>()];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(svg.Descendants().Select(e => e.Attribute("clip-path")?.Value).OfType<string>(), clip => Assert.Contains(clip[5..^1], ids));
        Assert.Throws<ArgumentException>(() => figure.ToHtml("a\"b"));
    }

    [Fact]
    public void Nine_runs_are_told_apart()
    {
        string svg = TrainingFigure.Create(Enumerable.Range(0, 9).Select(i => ($"run {i}", (IReadOnlyList<EpochMetrics>)Examples.Run(i + 1)))).ToSvg();
        IEnumerable<string?> styles = XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "polyline").Select(e => e.Attribute("style")?.Value);
        Assert.True(styles.Distinct().Count() >= 9, string.Join("\n", styles.Distinct()));
    }

    [Fact]
    public void A_difficulty_has_a_bar_of_two_standard_errors()
    {
        // One unit of cosine over the height of the plot: a bar of ±0.02 around 0.5 is a twenty-fifth of it.
        using SKBitmap png = Png(DifficultyFigure.Create([("pilot", Examples.Curve("β", (0, 0.5), (1, 0.5), (2, 1), (3, 0)))]), 600, 400);
        int column = Enumerable.Range(0, png.Width).Select(x => (x, Filled: Blue(png, x).Count)).Where(c => c.Filled > 0).Select(c => c.x).First();
        List<int> bar = [.. Enumerable.Range(column, 20).Select(x => Blue(png, x)).MaxBy(b => b.Count)!];
        int plot = Enumerable.Range(0, png.Width).Max(x => Enumerable.Range(0, png.Height).Count(y => png.GetPixel(x, y) is var c && c.Red < 100 && c.Blue < 100 && c.Green < 100));
        Assert.InRange((bar[^1] - bar[0]) / (double)plot, 0.03, 0.05);
        static List<int> Blue(SKBitmap png, int x) => [.. Enumerable.Range(0, png.Height - 80).Where(y => png.GetPixel(x, y) is var c && c.Blue > c.Red + 90)];
    }

    [Fact]
    public void Files_are_whole_or_as_they_were()
    {
        Figure figure = TrainingFigure.Create([("a", Examples.Run(1))]);
        string png = Path.Combine(_folder, "a.png"), svg = Path.Combine(_folder, "a.svg");
        figure.SavePng(png);
        figure.SaveSvg(svg);
        Assert.Equal([png, svg], Directory.GetFileSystemEntries(_folder).Order());
        using SKBitmap decoded = SKBitmap.Decode(png);
        Assert.Equal(2 * Figure.DefaultWidth, decoded.Width);
        Assert.Throws<DirectoryNotFoundException>(() => figure.SavePng(Path.Combine(_folder, "missing", "a.png")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Theory]
    [InlineData(TrainingMetric.Loss)]
    [InlineData(TrainingMetric.EffectiveRank)]
    [InlineData(TrainingMetric.FeatureSpread)]
    [InlineData(TrainingMetric.LearningRate)]
    public void Every_metric_can_be_drawn(TrainingMetric metric) => Assert.Contains("<svg", TrainingFigure.Create([("a", Examples.Run(1))], metric).ToSvg());

    [Theory]
    [InlineData(TrainingMetric.OnlineTrainingAccuracy)]
    [InlineData(TrainingMetric.OnlineValidationAccuracy)]
    [InlineData(TrainingMetric.ValidationAccuracy)]
    public void Accuracies_of_classifiers_in_training_are_drawn_where_there_are_any(TrainingMetric metric)
    {
        EpochMetrics[] with = [.. Examples.Run(1).Select(epoch => epoch with { OnlineTrainingAccuracy = 0.25, OnlineValidationAccuracy = 0.5, ValidationAccuracy = 0.75 })];
        string told = metric switch { TrainingMetric.OnlineTrainingAccuracy => ": 0.25<", TrainingMetric.OnlineValidationAccuracy => ": 0.5<", _ => ": 0.75<" };
        Assert.Contains(told, TrainingFigure.Create([("a", with)], metric).ToHtml("f"), StringComparison.Ordinal);
        Says($"No run has a {metric}", () => TrainingFigure.Create([("a", Examples.Run(1))], metric));
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Says("at least one series", () => PairFigure.Create([]));
        Says("are of LogAreaRatio and Overlap", () => PairFigure.Create([("a", Examples.Areas(0)), ("b", Examples.Histogram(new IndependentCrop { OutputSize = new ImageSize(8, 8) }, PairQuantity.Overlap))]));
        Says("are over β and area ratio", () => DifficultyFigure.Create([("a", Examples.Curve("β", (0, 0.5))), ("b", Examples.Curve("area ratio", (1, 0.5)))]));
        Says("No run has a KnnAccuracy", () => TrainingFigure.Create([("a", Examples.Run(1))], TrainingMetric.KnnAccuracy));
        Says("The metric is 99", () => TrainingFigure.Create([("a", Examples.Run(1))], (TrainingMetric)99));
        Says("must not be null", () => TrainingFigure.Create([("a", null!)]));
        Figure figure = TrainingFigure.Create([("a", Examples.Run(1))]);
        Says("width is 99; allowed is 100 to 8192", () => figure.ToSvg(width: 99));
        Says("height is 9000", () => figure.ToSvg(height: 9000));
        Assert.ThrowsAny<ArgumentException>(() => figure.SavePng(" "));
    }

    private static void Says(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message);

    private static SKBitmap Png(Figure figure, int width, int height)
    {
        using var stream = new MemoryStream();
        figure.WritePng(stream, width, height);
        return SKBitmap.Decode(stream.ToArray());
    }

    /// <summary>The leftmost and rightmost pixel of a line that are blue more than anything else.</summary>
    private static (int Left, int Right) FilledSpan(SKBitmap png, int y)
    {
        int[] filled = [.. Enumerable.Range(0, png.Width).Where(x => png.GetPixel(x, y) is var c && c.Blue > c.Red + 40)];
        Assert.NotEmpty(filled);
        return (filled[0], filled[^1]);
    }

    /// <summary>Width of the plot's frame, the longest dark line.</summary>
    private static int PlotWidth(SKBitmap png) =>
        Enumerable.Range(0, png.Height).Max(y => Enumerable.Range(0, png.Width).Count(x => png.GetPixel(x, y) is var c && c.Red < 100 && c.Blue < 100 && c.Green < 100));
}
