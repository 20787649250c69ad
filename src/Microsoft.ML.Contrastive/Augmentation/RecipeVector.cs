namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A recipe as numbers, to be stored in a column, joined, plotted, and read back to the same recipe.</summary>
/// <remarks>
/// Every value of a recipe is exact in single precision: real ones are stored as they are, switches as 0 and 1, choices as their numbers, sizes as
/// whole numbers. So what is read back equals what was written, and renders to the same pixels.
/// </remarks>
public static class RecipeVector
{
    /// <summary>Largest number of pixels of a view that is read back, and of the resized image that it is cut from: numbers in a file must not decide how much memory is taken.</summary>
    private const int MostPixels = 1 << 24;

    // Wider than any image is; a σ beyond it could not be told from it.
    private const float MostSigma = short.MaxValue;

    // A full turn in degrees: no argument of RandAugment's operations is larger.
    private const float MostArgument = 360;

    private static readonly Slot[] Slots =
    [
        new("Crop.Left", r => r.CropX, float.MinValue, float.MaxValue, (ref r, v) => r.CropX = v),
        new("Crop.Top", r => r.CropY, float.MinValue, float.MaxValue, (ref r, v) => r.CropY = v),
        new("Crop.Width", r => r.CropWidth, float.Epsilon, float.MaxValue, (ref r, v) => r.CropWidth = v),
        new("Crop.Height", r => r.CropHeight, float.Epsilon, float.MaxValue, (ref r, v) => r.CropHeight = v),
        new("Crop.AreaScale", r => r.Scale, 0, float.MaxValue, (ref r, v) => r.Scale = v),
        new("Width", r => r.OutputWidth, 1, short.MaxValue, (ref r, v) => r.OutputWidth = (short)v, Whole: true),
        new("Height", r => r.OutputHeight, 1, short.MaxValue, (ref r, v) => r.OutputHeight = (short)v, Whole: true),
        new("Filter", r => (float)r.Filter, 0, (float)ResizeFilter.Bicubic, (ref r, v) => r.Filter = (ResizeFilter)v, Whole: true),
        new("Flip", r => r.Flip ? 1 : 0, 0, 1, (ref r, v) => r.Flip = v != 0, Whole: true),
        new("Color", r => r.HasColor ? 1 : 0, 0, 1, (ref r, v) => r.HasColor = v != 0, Whole: true),
        new("Color.Order", r => r.ColorOrder, 0, 23, (ref r, v) => r.ColorOrder = (byte)v, Whole: true),
        new("Color.Brightness", r => r.Brightness, 0, float.MaxValue, (ref r, v) => r.Brightness = v),
        new("Color.Contrast", r => r.Contrast, 0, float.MaxValue, (ref r, v) => r.Contrast = v),
        new("Color.Saturation", r => r.Saturation, 0, float.MaxValue, (ref r, v) => r.Saturation = v),
        new("Color.Hue", r => r.Hue, -0.5f, 0.5f, (ref r, v) => r.Hue = v),
        new("Grayscale", r => r.Grayscale ? 1 : 0, 0, 1, (ref r, v) => r.Grayscale = v != 0, Whole: true),
        new("Blur.Operator", r => (float)r.BlurOperator, 0, (float)BlurOperator.Kernel10Percent, (ref r, v) => r.BlurOperator = (BlurOperator)v, Whole: true),
        new("Blur.Sigma", r => r.BlurSigma, 0, MostSigma, (ref r, v) => r.BlurSigma = v),
        new("Solarize", r => r.Solarize ? 1 : 0, 0, 1, (ref r, v) => r.Solarize = v != 0, Whole: true),
        new("Solarize.Threshold", r => r.SolarizeThreshold, 0, byte.MaxValue, (ref r, v) => r.SolarizeThreshold = (byte)v, Whole: true),
        new("RandAugment1", r => (float)r.RandAugment1, 0, (float)RandAugmentOperation.TranslateY, (ref r, v) => r.RandAugment1 = (RandAugmentOperation)v, Whole: true),
        new("RandAugment1.Argument", r => r.RandAugment1Argument, -MostArgument, MostArgument, (ref r, v) => r.RandAugment1Argument = v),
        new("RandAugment1.Filter", r => (float)r.RandAugment1Filter, 0, (float)ResizeFilter.Bicubic, (ref r, v) => r.RandAugment1Filter = (ResizeFilter)v, Whole: true),
        new("RandAugment2", r => (float)r.RandAugment2, 0, (float)RandAugmentOperation.TranslateY, (ref r, v) => r.RandAugment2 = (RandAugmentOperation)v, Whole: true),
        new("RandAugment2.Argument", r => r.RandAugment2Argument, -MostArgument, MostArgument, (ref r, v) => r.RandAugment2Argument = v),
        new("RandAugment2.Filter", r => (float)r.RandAugment2Filter, 0, (float)ResizeFilter.Bicubic, (ref r, v) => r.RandAugment2Filter = (ResizeFilter)v, Whole: true),
        new("Fill.Red", r => r.FillRed, 0, byte.MaxValue, (ref r, v) => r.FillRed = (byte)v, Whole: true),
        new("Fill.Green", r => r.FillGreen, 0, byte.MaxValue, (ref r, v) => r.FillGreen = (byte)v, Whole: true),
        new("Fill.Blue", r => r.FillBlue, 0, byte.MaxValue, (ref r, v) => r.FillBlue = (byte)v, Whole: true),
        new("LastGrayscale", r => r.LastGrayscale ? 1 : 0, 0, 1, (ref r, v) => r.LastGrayscale = v != 0, Whole: true),
        new("Resized.Width", r => r.ResizedWidth, 0, short.MaxValue, (ref r, v) => r.ResizedWidth = (short)v, Whole: true),
        new("Resized.Height", r => r.ResizedHeight, 0, short.MaxValue, (ref r, v) => r.ResizedHeight = (short)v, Whole: true),
    ];

    private delegate void Setter(ref ViewRecipe recipe, float value);

    /// <summary>Number of values that a recipe takes.</summary>
    public static int Length => Slots.Length;

    /// <summary>The names of the values of a view's recipe, e.g. <c>View1.Crop.AreaScale</c>.</summary>
    /// <param name="viewName">Name of the view.</param>
    public static IEnumerable<string> SlotNames(string viewName) => Slots.Select(slot => $"{viewName}.{slot.Name}");

    /// <summary>Writes a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="values">Receives <see cref="Length"/> values.</param>
    /// <exception cref="ArgumentException">There is room for another number of values.</exception>
    public static void Write(in ViewRecipe recipe, Span<float> values)
    {
        RequireLength(values.Length);
        for (int i = 0; i < Slots.Length; i++)
            values[i] = Slots[i].Get(recipe);
    }

    /// <summary>Reads a recipe, which a renderer can carry out whatever the values are.</summary>
    /// <param name="values"><see cref="Length"/> values, as <see cref="Write"/> has written them; they may come from a file that cannot be trusted.</param>
    /// <exception cref="ArgumentException">Another number of values, or one that no recipe has; the message names it and what is allowed.</exception>
    public static ViewRecipe Read(ReadOnlySpan<float> values)
    {
        RequireLength(values.Length);
        var recipe = default(ViewRecipe);
        for (int i = 0; i < Slots.Length; i++)
        {
            Slot slot = Slots[i];
            if (!(values[i] >= slot.Least && values[i] <= slot.Most) || (slot.Whole && values[i] != MathF.Floor(values[i])))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{slot.Name} (value {i} of a recipe) is {values[i]}; allowed is a {(slot.Whole ? "whole " : "")}number from {slot.Least} to {slot.Most}."),
                    nameof(values));
            }

            slot.Set(ref recipe, values[i]);
        }

        if (recipe.ResizedWidth * recipe.ResizedHeight > MostPixels)
            throw new ArgumentException(
                $"Resized.Width × Resized.Height is {recipe.ResizedWidth}x{recipe.ResizedHeight}; an image that is read back is resized to at most {MostPixels} pixels.",
                nameof(values));
        return recipe.OutputWidth * recipe.OutputHeight <= MostPixels
            ? recipe
            : throw new ArgumentException($"Width × Height is {recipe.OutputWidth}x{recipe.OutputHeight}; a view that is read back has at most {MostPixels} pixels.", nameof(values));
    }

    private static void RequireLength(int length)
    {
        if (length != Slots.Length)
            throw new ArgumentException($"A recipe has {Slots.Length} values; there are {length}.");
    }

    private sealed record Slot(string Name, Func<ViewRecipe, float> Get, float Least, float Most, Setter Set, bool Whole = false);
}
