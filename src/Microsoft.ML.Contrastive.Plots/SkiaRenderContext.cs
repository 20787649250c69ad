using Microsoft.ML.Contrastive.Imaging;
using OxyPlot;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Plots;

/// <summary>
/// Draws OxyPlot's lines and areas with the SkiaSharp that ML.NET has. OxyPlot's own package would add HarfBuzz and needs fonts, which containers have not, and
/// later SkiaSharp versions break ML.NET's images.
/// </summary>
/// <param name="canvas">Where to draw.</param>
/// <param name="scale">Pixels a point.</param>
internal sealed class SkiaRenderContext(SKCanvas canvas, int scale) : ClippingRenderContext
{
    // Share of a font size that a capital letter is high.
    private const double CapitalHeight = 0.72;

    /// <inheritdoc/>
    public override void DrawLine(IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2 || !stroke.IsVisible() || thickness <= 0)
            return;
        using SKPath path = Path(points, close: false);
        using SKPaint paint = Stroke(stroke, thickness, edgeRenderingMode, dashArray, lineJoin);
        canvas.DrawPath(path, paint);
    }

    /// <inheritdoc/>
    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2)
            return;
        using SKPath path = Path(points, close: true);
        if (fill.IsVisible())
        {
            using var paint = new SKPaint { Color = Color(fill), Style = SKPaintStyle.Fill, IsAntialias = Smooth(edgeRenderingMode) };
            canvas.DrawPath(path, paint);
        }

        if (stroke.IsVisible() && thickness > 0)
        {
            using SKPaint paint = Stroke(stroke, thickness, edgeRenderingMode, dashArray, lineJoin);
            canvas.DrawPath(path, paint);
        }
    }

    /// <inheritdoc/>
    public override void DrawText(
        ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight, double rotation,
        HorizontalAlignment horizontalAlignment, VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text) || !fill.IsVisible())
            return;
        int dot = Dot(fontSize), width = Width(text, dot), height = PixelFont.Height * dot;
        int left = horizontalAlignment switch { HorizontalAlignment.Left => 0, HorizontalAlignment.Center => -width / 2, _ => -width };
        int top = verticalAlignment switch { VerticalAlignment.Top => dot, VerticalAlignment.Middle => -height / 2, _ => -height - (PixelFont.Descent * dot) };
        using var paint = new SKPaint { Color = Color(fill), IsAntialias = false };
        canvas.Save();
        // Dots lie on whole pixels, and stay there when turned by a right angle.
        canvas.Translate((float)Math.Round(p.X * scale), (float)Math.Round(p.Y * scale));
        canvas.RotateDegrees((float)rotation);
        foreach (char character in text)
        {
            ReadOnlySpan<byte> glyph = PixelFont.Glyph(character);
            for (int row = 0; row < glyph.Length; row++)
            {
                for (int column = 0; column < PixelFont.Width; column++)
                {
                    if ((glyph[row] & (1 << (PixelFont.Width - 1 - column))) != 0)
                        canvas.DrawRect(left + (column * dot), top + (row * dot), dot, dot, paint);
                }
            }

            left += PixelFont.Advance * dot;
        }

        canvas.Restore();
    }

    /// <inheritdoc/>
    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text))
            return OxySize.Empty;
        int dot = Dot(fontSize);
        return new OxySize((double)Width(text, dot) / scale, (double)(PixelFont.Height + PixelFont.Descent + 1) * dot / scale);
    }

    /// <inheritdoc/>
    protected override void SetClip(OxyRect clippingRectangle)
    {
        canvas.Save();
        canvas.ClipRect(new SKRect(X(clippingRectangle.Left), X(clippingRectangle.Top), X(clippingRectangle.Right), X(clippingRectangle.Bottom)));
    }

    /// <inheritdoc/>
    protected override void ResetClip() => canvas.Restore();

    private static int Width(string text, int dot) => ((text.Length * PixelFont.Advance) - 1) * dot;

    private static SKColor Color(OxyColor color) => new(color.R, color.G, color.B, color.A);

    private static bool Smooth(EdgeRenderingMode mode) => mode is not (EdgeRenderingMode.PreferSpeed or EdgeRenderingMode.PreferSharpness);

    private int Dot(double fontSize) => Math.Max(1, (int)Math.Round(fontSize * scale * CapitalHeight / PixelFont.Height));

    private float X(double coordinate) => (float)(coordinate * scale);

    private SKPath Path(IList<ScreenPoint> points, bool close)
    {
        var path = new SKPath();
        path.AddPoly([.. points.Select(p => new SKPoint(X(p.X), X(p.Y)))], close);
        return path;
    }

    private SKPaint Stroke(OxyColor color, double thickness, EdgeRenderingMode mode, double[]? dashes, LineJoin join)
    {
        var paint = new SKPaint
        {
            Color = Color(color),
            Style = SKPaintStyle.Stroke,
            StrokeWidth = X(thickness),
            IsAntialias = Smooth(mode),
            StrokeJoin = join switch { LineJoin.Miter => SKStrokeJoin.Miter, LineJoin.Round => SKStrokeJoin.Round, _ => SKStrokeJoin.Bevel },
        };
        if (dashes is { Length: > 1 })
            paint.PathEffect = SKPathEffect.CreateDash([.. dashes.Select(d => X(d * thickness))], 0);
        return paint;
    }
}
