using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>An image on a contact sheet, packed pixels.</summary>
/// <param name="Pixels">Height × width × 3 bytes.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
internal sealed record ContactSheetImage(ReadOnlyMemory<byte> Pixels, int Width, int Height)
{
    /// <summary>The image as operations take it.</summary>
    public RgbImage AsImage() => new(Pixels.Span, Width, Height);
}

/// <summary>One image on a contact sheet, with its views.</summary>
/// <param name="Source">The image that the views are made of.</param>
/// <param name="Views">The views, all of one size.</param>
/// <param name="Crops">How each view was made, which is drawn as the outline of its crop and written below; empty where nobody knows.</param>
/// <param name="Caption">What stands below.</param>
internal sealed record ContactSheetRow(
    ContactSheetImage Source, IReadOnlyList<ContactSheetImage> Views, IReadOnlyList<ViewRecipe> Crops, string Caption)
{
    /// <summary>Renders the views of an image for a sheet; the caption is the ratio of the areas of the first two crops, 1:1 or more; none for a single view.</summary>
    public static ContactSheetRow Render(RgbImage source, IReadOnlyList<ViewRecipe> recipes, ViewRenderer renderer)
    {
        var views = new List<ContactSheetImage>();
        foreach (var recipe in recipes)
        {
            var rgb = new byte[recipe.OutputWidth * recipe.OutputHeight * 3];
            renderer.Render(source, recipe, rgb);
            views.Add(new(rgb, recipe.OutputWidth, recipe.OutputHeight));
        }
        return new(new(source.Pixels.ToArray(), source.Width, source.Height), views, recipes, recipes.Count < 2 ? "" : AreaRatio([recipes[0], recipes[1]]));
    }

    /// <summary>"2.31:1": by how much the areas of the crops differ.</summary>
    public static string AreaRatio(IReadOnlyList<ViewRecipe> recipes)
    {
        static double Area(ViewRecipe recipe) => (double)recipe.CropWidth * recipe.CropHeight;
        double ratio = recipes.Max(Area) / recipes.Min(Area);
        return string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}:1");
    }
}

/// <summary>Some of the images of a contact sheet.</summary>
/// <param name="Title">A line above them; none when empty.</param>
/// <param name="Rows">The images.</param>
internal sealed record ContactSheetSection(string Title, IReadOnlyList<ContactSheetRow> Rows);
