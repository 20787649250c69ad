using SkiaSharp;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Packed pixels to draw on: rectangles, images and text, cut off at the edges.</summary>
internal sealed class RgbCanvas
{
    private readonly byte[] _pixels;

    /// <summary>Creates a canvas of one colour.</summary>
    public RgbCanvas(int width, int height, uint color)
    {
        (Width, Height) = (width, height);
        _pixels = new byte[checked(width * height * 3)];
        Fill(0, 0, width, height, color);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Fills a rectangle with a colour, 0xRRGGBB.</summary>
    public void Fill(int x, int y, int width, int height, uint color)
    {
        (int right, int bottom) = (Math.Min(x + width, Width), Math.Min(y + height, Height));
        for (int row = Math.Max(y, 0); row < bottom; row++)
        {
            for (int column = Math.Max(x, 0); column < right; column++)
            {
                int p = ((row * Width) + column) * 3;
                (_pixels[p], _pixels[p + 1], _pixels[p + 2]) = ((byte)(color >> 16), (byte)(color >> 8), (byte)color);
            }
        }
    }

    /// <summary>Draws the border of a rectangle, inwards from its edges.</summary>
    public void Outline(int x, int y, int width, int height, int thickness, uint color)
    {
        Fill(x, y, width, thickness, color);
        Fill(x, y + height - thickness, width, thickness, color);
        Fill(x, y, thickness, height, color);
        Fill(x + width - thickness, y, thickness, height, color);
    }

    /// <summary>Draws an image that lies on the canvas with all of it.</summary>
    public void Draw(RgbImage image, int x, int y)
    {
        for (int row = 0; row < image.Height; row++)
            image.Pixels.Slice(row * image.Width * 3, image.Width * 3).CopyTo(_pixels.AsSpan((((y + row) * Width) + x) * 3));
    }

    /// <summary>Writes a line of text whose dots are squares.</summary>
    public void Write(string text, int x, int y, int dot, uint color)
    {
        foreach (char character in text)
        {
            var glyph = PixelFont.Glyph(character);
            for (int row = 0; row < glyph.Length; row++)
            {
                for (int column = 0; column < PixelFont.Width; column++)
                {
                    if ((glyph[row] & (1 << (PixelFont.Width - 1 - column))) != 0)
                        Fill(x + (column * dot), y + (row * dot), dot, dot, color);
                }
            }
            x += PixelFont.Advance * dot;
        }
    }

    /// <summary>Writes the canvas as a PNG.</summary>
    public void SavePng(Stream png)
    {
        var rgba = new byte[Width * Height * 4];
        for (int p = 0, q = 0; p < _pixels.Length; p += 3, q += 4)
            (rgba[q], rgba[q + 1], rgba[q + 2], rgba[q + 3]) = (_pixels[p], _pixels[p + 1], _pixels[p + 2], 255);
        using var image = SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba, Width * 4);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        data.SaveTo(png);
    }
}
