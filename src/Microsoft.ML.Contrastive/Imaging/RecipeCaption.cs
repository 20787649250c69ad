using System.Text;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>A recipe in some short lines, for below a view: what applies, in the order in which it does, and nothing else.</summary>
internal static class RecipeCaption
{
    /// <summary>The lines, for example "27x31 at 4,2, area 0.65, flip, bri 1.21, sat 0.80, con 1.32, hue +0.03, blur 0.84".</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="characters">Most characters of a line; a longer word has a line of its own.</param>
    public static IReadOnlyList<string> Lines(in ViewRecipe recipe, int characters)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (string word in Words(recipe))
        {
            if (line.Length > 0 && line.Length + word.Length + 3 > characters)
            {
                lines.Add($"{line},");
                line.Clear();
            }

            line.Append(line.Length > 0 ? ", " : "").Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }

    private static List<string> Words(ViewRecipe recipe)
    {
        List<string> words = [Text($"{recipe.CropWidth:0.#}x{recipe.CropHeight:0.#} at {recipe.CropX:0.#},{recipe.CropY:0.#}")];
        if (recipe.ResizedWidth > 0)
            words.Add(Text($"of {recipe.ResizedWidth}x{recipe.ResizedHeight}"));
        if (recipe.Scale > 0)
            words.Add(Text($"area {recipe.Scale:0.00}"));
        if (recipe.Flip)
            words.Add("flip");
        if (recipe.HasColor)
            AddColor(words, recipe);
        if (recipe.Grayscale)
            words.Add("grey");
        if (recipe.BlurSigma > 0)
            words.Add(Text($"blur {recipe.BlurSigma:0.00}"));
        if (recipe.Solarize)
            words.Add(Text($"solarize {recipe.SolarizeThreshold}"));
        AddOperation(words, recipe.RandAugment1, recipe.RandAugment1Argument);
        AddOperation(words, recipe.RandAugment2, recipe.RandAugment2Argument);
        if (recipe.LastGrayscale)
            words.Add("grey");
        return words;
    }

    private static void AddColor(List<string> words, in ViewRecipe recipe)
    {
        Span<byte> order = stackalloc byte[4];
        ColorOrder.Write(recipe.ColorOrder, order);
        foreach (byte operation in order)
        {
            string? word = operation switch
            {
                ColorOrder.Brightness when recipe.Brightness != 1 => Text($"bri {recipe.Brightness:0.00}"),
                ColorOrder.Contrast when recipe.Contrast != 1 => Text($"con {recipe.Contrast:0.00}"),
                ColorOrder.Saturation when recipe.Saturation != 1 => Text($"sat {recipe.Saturation:0.00}"),
                ColorOrder.Hue when recipe.Hue != 0 => Text($"hue {recipe.Hue:+0.00;-0.00;0.00}"),
                _ => null,
            };
            if (word is not null)
                words.Add(word);
        }
    }

    private static void AddOperation(List<string> words, RandAugmentOperation operation, float argument)
    {
        if (operation != RandAugmentOperation.None)
            words.Add(argument == 0 ? $"{operation}" : Text($"{operation} {argument:0.##}"));
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
