using System.Text;
using OxyPlot;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>A finished plot, to be saved as PNG or SVG.</summary>
/// <remarks>
/// A PNG is the same on every machine: its text is made of dots and needs no fonts. An SVG can be scaled and edited; its text is text.
/// </remarks>
public sealed class Figure
{
    /// <summary>Default width in points: a PNG has two pixels a point.</summary>
    public const int DefaultWidth = 640;

    /// <summary>Default height in points.</summary>
    public const int DefaultHeight = 400;

    private const int MostPoints = 8192;
    private const int PixelsPerPoint = 2;

    private readonly PlotModel _model;
    private readonly Lock _lock = new();

    internal Figure(PlotModel model) => _model = model;

    /// <summary>Saves the plot as a PNG; a file that is there is replaced once the new one is complete.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="width">Width in points, 100 to 8192.</param>
    /// <param name="height">Height in points, 100 to 8192.</param>
    /// <exception cref="ArgumentException">The path is empty, or a size is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path, int width = DefaultWidth, int height = DefaultHeight)
    {
        using var png = new MemoryStream();
        WritePng(png, width, height);
        Save(path, png.ToArray());
    }

    /// <summary>Saves the plot as an SVG; a file that is there is replaced once the new one is complete.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="width">Width in points, 100 to 8192.</param>
    /// <param name="height">Height in points, 100 to 8192.</param>
    /// <exception cref="ArgumentException">The path is empty, or a size is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveSvg(string path, int width = DefaultWidth, int height = DefaultHeight) => Save(path, Encoding.UTF8.GetBytes(ToSvg(width, height)));

    /// <summary>Writes the plot as a PNG.</summary>
    /// <param name="stream">Receives the PNG: two pixels a point.</param>
    /// <param name="width">Width in points, 100 to 8192.</param>
    /// <param name="height">Height in points, 100 to 8192.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public void WritePng(Stream stream, int width = DefaultWidth, int height = DefaultHeight)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckSize(width, height);
        using SKSurface surface = SKSurface.Create(new SKImageInfo(width * PixelsPerPoint, height * PixelsPerPoint, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidOperationException($"There is no memory for a picture of {width * PixelsPerPoint} × {height * PixelsPerPoint} pixels. Make it smaller, or save an SVG.");
        surface.Canvas.Clear(SKColors.White);
        Render(new SkiaRenderContext(surface.Canvas, PixelsPerPoint), width, height);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        data.SaveTo(stream);
    }

    /// <summary>The plot as an SVG document.</summary>
    /// <param name="width">Width in points, 100 to 8192.</param>
    /// <param name="height">Height in points, 100 to 8192.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public string ToSvg(int width = DefaultWidth, int height = DefaultHeight)
    {
        CheckSize(width, height);
        lock (_lock)
            return Export(OxyColors.White, width, height);
    }

    /// <summary>The plot as an <c>svg</c> element that stands in an HTML page: it is as wide as the page has room, and points tell their values when pointed at.</summary>
    /// <param name="idPrefix">What the names within the element begin with: one that no other figure of the page has, of letters, digits and hyphens.</param>
    /// <param name="width">Width in points, 100 to 8192, that lettering is made for.</param>
    /// <param name="height">Height in points, 100 to 8192.</param>
    /// <remarks>
    /// It has no background, and the page may set its colours as CSS variables, for example for a dark scheme: <c>--figure-ink</c>, <c>--figure-grid</c>, and <c>--figure-1</c> to
    /// <c>--figure-7</c> for the series. The element has the class <c>figure</c>, its points have <c>point</c>.
    /// </remarks>
    /// <exception cref="ArgumentException">The prefix is empty or has other characters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public string ToHtml(string idPrefix, int width = DefaultWidth, int height = DefaultHeight)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(idPrefix);
        if (idPrefix.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            throw new ArgumentException($"'{idPrefix}' begins no name in a page: letters, digits and hyphens do.", nameof(idPrefix));
        CheckSize(width, height);
        lock (_lock)
            return FigureMarkup.Of(Export(OxyColors.Undefined, width, height), _model, idPrefix);
    }

    private static void CheckSize(int width, int height)
    {
        foreach ((string name, int value) in ((string, int)[])[(nameof(width), width), (nameof(height), height)])
        {
            if (value is < 100 or > MostPoints)
                throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed is 100 to {MostPoints} points.");
        }
    }

    private static void Save(string path, byte[] content)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string Export(OxyColor background, int width, int height)
    {
        _model.Background = background;
        return new SvgExporter { Width = width, Height = height, UseVerticalTextAlignmentWorkaround = true, TextMeasurer = new WideText(width, height) }.ExportToString(_model);
    }

    // A model remembers the layout of its last rendering.
    private void Render(IRenderContext context, int width, int height)
    {
        lock (_lock)
        {
            ((IPlotModel)_model).Update(updateData: true);
            ((IPlotModel)_model).Render(context, new OxyRect(0, 0, width, height));
        }
    }

    /// <summary>Whoever opens an SVG has other fonts than Arial, whose widths OxyPlot takes: names would be cut off or run into one another.</summary>
    private sealed class WideText(double width, double height) : PdfRenderContext(width, height, OxyColors.White)
    {
        // Of the size, for a letter on average: DejaVu Sans, the widest of the usual fonts.
        private const double LetterWidth = 0.65;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight) =>
            new((text?.Length ?? 0) * LetterWidth * fontSize, base.MeasureText(text, fontFamily, fontSize, fontWeight).Height);
    }
}
