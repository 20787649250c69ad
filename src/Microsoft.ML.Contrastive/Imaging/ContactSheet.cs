using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// A picture of what a view plan does: for each of some images the image with its crops outlined, its views beside it, a caption, and each
/// view's recipe. A view, its outline and the mark of its recipe have one colour.
/// </summary>
internal static class ContactSheet
{
    private const int SmallestTile = 96, LargestTile = 256;
    private const int Margin = 16, Gap = 6, Frame = 3, Outline = 2, Dot = 2;
    private const int TextHeight = (PixelFont.Height + PixelFont.Descent) * Dot;
    private const int RecipeHeight = PixelFont.Height + PixelFont.Descent + 2, RecipeIndent = 12;
    private const uint Paper = 0xFFFFFF, Ink = 0x222222;

    /// <summary>Colours of the first, second, … view that most kinds of colour blindness tell apart (Okabe and Ito, 2008).</summary>
    private static readonly uint[] Colors = [0xD55E00, 0x0072B2, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0xF0E442, 0x000000];

    /// <summary>Writes a sheet; equal rows give equal pixels on every machine.</summary>
    /// <param name="png">Receives the PNG.</param>
    /// <param name="sections">The images, at least one in each section; all with the same number of views, at least one.</param>
    /// <param name="title">A line above them; none when empty.</param>
    /// <param name="columns">Images beside one another; 0 chooses a sheet that is about as wide as it is high.</param>
    /// <exception cref="ArgumentException">There are no rows, or rows differ in their number of views.</exception>
    public static void Write(Stream png, IReadOnlyList<ContactSheetSection> sections, string title = "", int columns = 0)
    {
        if (sections.Count == 0 || sections.Any(section => section.Rows.Count == 0))
            throw new ArgumentException("A contact sheet needs at least one image in each section.", nameof(sections));
        ContactSheetRow[] all = [.. sections.SelectMany(section => section.Rows)];
        int views = all[0].Views.Count;
        if (views == 0 || all.Any(row => row.Views.Count != views))
            throw new ArgumentException($"All images of a contact sheet need the same number of views; the first has {views}.", nameof(sections));
        ArgumentOutOfRangeException.ThrowIfNegative(columns);

        // Views are enlarged by whole numbers, so that their pixels can be seen as they are.
        int side = all.Max(row => row.Views.Max(view => Math.Max(view.Width, view.Height)));
        int tile = Math.Min(side < SmallestTile ? side * ((SmallestTile + side - 1) / side) : side, LargestTile);
        int tileStep = tile + (2 * Frame) + Gap;
        int cellWidth = ((views + 1) * tileStep) - Gap;
        int recipeLines = all.Max(row => Recipes(row, cellWidth).Count());
        int cellHeight = tile + (2 * Frame) + Gap + TextHeight + (recipeLines > 0 ? Gap + (recipeLines * RecipeHeight) : 0);
        if (columns == 0)
            columns = Math.Max(1, (int)Math.Round(Math.Sqrt((double)all.Length * (cellHeight + Margin) / (cellWidth + Margin))));
        columns = Math.Min(columns, sections.Max(section => section.Rows.Count));

        int longest = Math.Max(title.Length, sections.Max(section => section.Title.Length)) * PixelFont.Advance * Dot;
        int width = Math.Max((columns * (cellWidth + Margin)) + Margin, longest + (2 * Margin));
        int height = Margin + HeadingHeight(title)
            + sections.Sum(section => HeadingHeight(section.Title) + ((section.Rows.Count + columns - 1) / columns * (cellHeight + Margin)));
        var canvas = new RgbCanvas(width, height, Paper);
        var resize = new Resize();
        canvas.Write(title, Margin, Margin, Dot, Ink);
        int top = Margin + HeadingHeight(title);
        foreach (var section in sections)
        {
            canvas.Write(section.Title, Margin, top, Dot, Ink);
            top += HeadingHeight(section.Title);
            for (int i = 0; i < section.Rows.Count; i++)
            {
                int x = Margin + (i % columns * (cellWidth + Margin));
                int y = top + (i / columns * (cellHeight + Margin));
                DrawRow(canvas, resize, section.Rows[i], x, y, tile, cellWidth);
            }
            top += (section.Rows.Count + columns - 1) / columns * (cellHeight + Margin);
        }
        canvas.SavePng(png);
    }

    private static int HeadingHeight(string title) => title.Length == 0 ? 0 : TextHeight + Margin;

    private static void DrawRow(RgbCanvas canvas, Resize resize, ContactSheetRow row, int x, int y, int tile, int cellWidth)
    {
        int tileStep = tile + (2 * Frame) + Gap;
        DrawSource(canvas, resize, row, x + Frame, y + Frame, tile);
        for (int v = 0; v < row.Views.Count; v++)
        {
            int left = x + ((v + 1) * tileStep);
            canvas.Outline(left, y, tile + (2 * Frame), tile + (2 * Frame), Frame, Colors[v % Colors.Length]);
            DrawFitted(canvas, resize, row.Views[v].AsImage(), left + Frame, y + Frame, tile);
        }
        // Below the middle of the views, or from the left edge of the cell where it is too long for that.
        int textWidth = row.Caption.Length * PixelFont.Advance * Dot;
        int middle = x + tileStep + ((cellWidth - tileStep) / 2);
        int top = y + tile + (2 * Frame) + Gap;
        canvas.Write(row.Caption, Math.Max(x, middle - (textWidth / 2)), top, Dot, Ink);
        top += TextHeight + Gap;
        foreach ((int? view, string line) in Recipes(row, cellWidth))
        {
            if (view is { } v)
                canvas.Fill(x, top, PixelFont.Height, PixelFont.Height, Colors[v % Colors.Length]);
            canvas.Write(line, x + RecipeIndent, top, dot: 1, Ink);
            top += RecipeHeight;
        }
    }

    /// <summary>The lines of the views' recipes; the first of each has the view's number.</summary>
    private static IEnumerable<(int? View, string Line)> Recipes(ContactSheetRow row, int cellWidth) => row.Crops.SelectMany((recipe, view) =>
        RecipeCaption.Lines(recipe, (cellWidth - RecipeIndent) / PixelFont.Advance).Select((line, i) => (i == 0 ? view : (int?)null, line)));

    private static void DrawSource(RgbCanvas canvas, Resize resize, ContactSheetRow row, int x, int y, int tile)
    {
        var (left, top, scaleX, scaleY) = DrawFitted(canvas, resize, row.Source.AsImage(), x, y, tile);
        // Paper first, on both sides of the outlines, so that they show on a photograph of their own colour.
        for (int v = 0; v < row.Crops.Count; v++)
            OutlineCrop(row.Crops[v], margin: 1, Paper);
        for (int v = 0; v < row.Crops.Count; v++)
            OutlineCrop(row.Crops[v], margin: 0, Colors[v % Colors.Length]);

        void OutlineCrop(ViewRecipe crop, int margin, uint color)
        {
            int x0 = (int)Math.Round(crop.CropX * scaleX), x1 = (int)Math.Round((crop.CropX + crop.CropWidth) * scaleX);
            int y0 = (int)Math.Round(crop.CropY * scaleY), y1 = (int)Math.Round((crop.CropY + crop.CropHeight) * scaleY);
            int width = Math.Max(x1 - x0, Outline) + (2 * margin), height = Math.Max(y1 - y0, Outline) + (2 * margin);
            canvas.Outline(left + x0 - margin, top + y0 - margin, width, height, Outline + (2 * margin), color);
        }
    }

    /// <summary>Draws an image as large as fits into a tile, in its middle; says where it begins and how much it was scaled.</summary>
    private static (int Left, int Top, double ScaleX, double ScaleY) DrawFitted(RgbCanvas canvas, Resize resize, RgbImage image, int x, int y, int tile)
    {
        double scale = (double)tile / Math.Max(image.Width, image.Height);
        bool enlarge = scale >= 2 && scale == Math.Floor(scale);
        int width = Math.Max(1, (int)Math.Round(image.Width * scale));
        int height = Math.Max(1, (int)Math.Round(image.Height * scale));
        byte[] rgb = new byte[width * height * 3];
        if (enlarge)
        {
            for (int p = 0; p < width * height; p++)
                image.Pixels.Slice(((p / width / (int)scale * image.Width) + (p % width / (int)scale)) * 3, 3).CopyTo(rgb.AsSpan(p * 3));
        }
        else
        {
            var planes = new byte[rgb.Length];
            var (boxX, boxY) = (BoxSide.Create(0, image.Width, image.Width), BoxSide.Create(0, image.Height, image.Height));
            resize.Run(image, boxX, boxY, width, height, ResizeFilter.Bilinear, flip: false, planes);
            PlanarPixels.Pack(planes, rgb);
        }
        int left = x + ((tile - width) / 2), top = y + ((tile - height) / 2);
        canvas.Draw(new RgbImage(rgb, width, height), left, top);
        return (left, top, (double)width / image.Width, (double)height / image.Height);
    }
}
