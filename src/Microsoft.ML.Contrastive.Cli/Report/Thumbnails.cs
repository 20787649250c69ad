using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>Small squares of images, all on one picture: a page with thousands of pictures of their own would be many times as large.</summary>
internal sealed class Thumbnails : IDisposable
{
    private const int Quality = 82;

    private readonly SKSurface _surface;
    private readonly int _count;

    /// <param name="count">How many there will be.</param>
    /// <param name="side">Side of a square in pixels.</param>
    public Thumbnails(int count, int side)
    {
        (_count, Side, Columns) = (count, side, (int)Math.Ceiling(Math.Sqrt(count)));
        _surface = SKSurface.Create(new SKImageInfo(Columns * side, Rows * side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _surface.Canvas.Clear(SKColors.Gray);
    }

    /// <summary>Side of a square in pixels.</summary>
    public int Side { get; }

    /// <summary>Squares beside one another.</summary>
    public int Columns { get; }

    /// <summary>Squares above one another.</summary>
    public int Rows => (_count + Columns - 1) / Columns;

    /// <summary>Draws the middle square of an image, as an encoder sees it.</summary>
    public void Draw(int place, SKImage image) => Draw(_surface.Canvas, image, SKRect.Create(place % Columns * Side, place / Columns * Side, Side, Side));

    /// <summary>The picture, as what stands behind <c>src=</c>.</summary>
    public string ToDataUri()
    {
        using SKImage picture = _surface.Snapshot();
        return DataUri(picture);
    }

    /// <inheritdoc/>
    public void Dispose() => _surface.Dispose();

    /// <summary>A picture, as what stands behind <c>src=</c>.</summary>
    public static string DataUri(SKImage picture)
    {
        using SKData webp = picture.Encode(SKEncodedImageFormat.Webp, Quality);
        return $"data:image/webp;base64,{Convert.ToBase64String(webp.AsSpan())}";
    }

    /// <summary>The pixels of an image as Skia takes them.</summary>
    public static SKImage ToSkia(MLImage image)
    {
        SKColorType color = image.PixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888;
        return SKImage.FromPixelCopy(new SKImageInfo(image.Width, image.Height, color, SKAlphaType.Opaque), image.Pixels);
    }

    private static void Draw(SKCanvas canvas, SKImage image, SKRect target)
    {
        int side = Math.Min(image.Width, image.Height);
        using var paint = new SKPaint { FilterQuality = side > target.Width ? SKFilterQuality.Medium : SKFilterQuality.High };
        canvas.DrawImage(image, SKRect.Create((image.Width - side) / 2f, (image.Height - side) / 2f, side, side), target, paint);
    }
}
