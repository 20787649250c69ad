using SkiaSharp;

namespace Quickstart;

/// <summary>Many small images on one.</summary>
internal static class ContactSheet
{
    private const int Gap = 2, CaptionHeight = 13;

    /// <summary>Draws images in rows, each with a caption below it unless all captions are empty, and saves the sheet as PNG.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="tiles">Images of one size and their captions, row by row.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="scale">Magnification; whole, so that the pixels stay visible as they are.</param>
    public static void Save(string path, IReadOnlyList<(SKBitmap Image, string Caption)> tiles, int columns, int scale)
    {
        int captionHeight = tiles.Any(tile => tile.Caption.Length > 0) ? CaptionHeight : 0;
        int width = tiles[0].Image.Width * scale, height = tiles[0].Image.Height * scale;
        int stepX = width + Gap, stepY = height + captionHeight + Gap, rows = (tiles.Count + columns - 1) / columns;

        using var sheet = new SKBitmap(columns * stepX + Gap, rows * stepY + Gap);
        using (var canvas = new SKCanvas(sheet))
        {
            using var nearest = new SKPaint { FilterQuality = SKFilterQuality.None };
            using var text = new SKPaint { Color = SKColors.Black, TextSize = 10, IsAntialias = true, TextAlign = SKTextAlign.Center };
            canvas.Clear(SKColors.White);
            for (int i = 0; i < tiles.Count; i++)
            {
                int x = Gap + i % columns * stepX, y = Gap + i / columns * stepY;
                canvas.DrawBitmap(tiles[i].Image, SKRect.Create(x, y, width, height), nearest);
                canvas.DrawText(tiles[i].Caption, x + width / 2f, y + height + 10, text);
            }
        }

        using SKData png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }
}
