using System.Reflection;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

public sealed class RecipeVectorTests
{
    /// <summary>Recipes of every step, and one in which every value differs from its default.</summary>
    public static IEnumerable<ViewRecipe> Recipes
    {
        get
        {
            ViewPlan plan = Plans.Of(
                2, new JointCrop { OutputSize = Plans.Output, Boxes = CropBoxes.Fractional, Filter = ResizeFilter.Bicubic }, new HorizontalFlip(), new JointColor(),
                new RandomGrayscale(), new JointBlur { Operator = BlurOperator.Kernel10Percent }, new Contrastive.Augmentation.Solarize(), new RandAugment());
            return plan.Draw(new ImageSize(321, 123), rows: 200).SelectMany(row => row).Append(new ViewRecipe
            {
                CropX = -0.25f,
                CropY = 1e-7f,
                CropWidth = 12345.678f,
                CropHeight = 0.1f,
                Scale = 0.333333f,
                ResizedWidth = 500,
                ResizedHeight = 400,
                OutputWidth = 300,
                OutputHeight = 299,
                Filter = ResizeFilter.Bicubic,
                Flip = true,
                HasColor = true,
                ColorOrder = 23,
                Brightness = 1.4f,
                Contrast = 0,
                Saturation = 0.7f,
                Hue = -0.5f,
                Grayscale = true,
                BlurOperator = BlurOperator.Kernel10Percent,
                BlurSigma = 1.99f,
                Solarize = true,
                SolarizeThreshold = 255,
                RandAugment1 = RandAugmentOperation.Rotate,
                RandAugment1Argument = -29.7f,
                RandAugment1Filter = ResizeFilter.Bicubic,
                RandAugment2 = RandAugmentOperation.Posterize,
                RandAugment2Argument = 3,
                RandAugment2Filter = ResizeFilter.Bicubic,
                FillRed = 1,
                FillGreen = 2,
                FillBlue = 3,
                LastGrayscale = true,
            });
        }
    }

    [Fact]
    public void What_is_read_back_equals_what_was_written()
    {
        var values = new float[RecipeVector.Length];
        foreach (ViewRecipe recipe in Recipes)
        {
            RecipeVector.Write(recipe, values);
            Assert.Equal(recipe, RecipeVector.Read(values));
        }
    }

    [Fact]
    public void Every_property_of_a_recipe_has_a_slot()
    {
        // A property that is added and forgotten here would be replayed at its default.
        var values = new float[RecipeVector.Length];
        foreach (PropertyInfo property in typeof(ViewRecipe).GetProperties())
        {
            object recipe = new ViewRecipe { CropWidth = 1, CropHeight = 1, OutputWidth = 1, OutputHeight = 1 };
            property.SetValue(recipe, property.PropertyType == typeof(bool) ? true
                : property.PropertyType.IsEnum ? Enum.ToObject(property.PropertyType, 1)
                : Convert.ChangeType(property.Name == nameof(ViewRecipe.Hue) ? 0.25 : 2, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
            RecipeVector.Write((ViewRecipe)recipe, values);
            Assert.Equal(property.GetValue(recipe), property.GetValue(RecipeVector.Read(values)));
        }
    }

    [Fact]
    public void Slots_are_named_after_the_view_and_differ()
    {
        string[] names = [.. RecipeVector.SlotNames("View1")];
        Assert.Equal(RecipeVector.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.StartsWith("View1.", name));
        Assert.Contains("View1.Crop.AreaScale", names);
    }

    [Theory]
    [InlineData("Crop.Width", 0)]
    [InlineData("Crop.Left", float.NaN)]
    [InlineData("Width", 0)]
    [InlineData("Width", 40000)]
    [InlineData("Height", 2.5)]
    [InlineData("Filter", 2)]
    [InlineData("Flip", 0.5)]
    [InlineData("Color.Order", 24)]
    [InlineData("Color.Brightness", -1)]
    [InlineData("Color.Contrast", float.PositiveInfinity)]
    [InlineData("Color.Hue", 0.6)]
    [InlineData("Blur.Sigma", 1e9)]
    [InlineData("Solarize.Threshold", 256)]
    [InlineData("RandAugment1", 16)]
    [InlineData("RandAugment2.Argument", 361)]
    public void A_value_that_no_recipe_has_is_named(string slot, double value)
    {
        float[] values = Sound();
        values[Array.IndexOf([.. RecipeVector.SlotNames("v")], $"v.{slot}")] = (float)value;
        string message = Assert.Throws<ArgumentException>(() => RecipeVector.Read(values)).Message;
        Assert.StartsWith(slot + " (value", message);
        Assert.Contains("allowed is", message);
    }

    [Fact]
    public void Numbers_do_not_decide_how_much_memory_is_taken()
    {
        float[] values = Sound();
        values[5] = values[6] = short.MaxValue;
        Assert.Contains("32767x32767", Assert.Throws<ArgumentException>(() => RecipeVector.Read(values)).Message);
        values = Sound();
        values[30] = values[31] = short.MaxValue;
        Assert.Contains("32767x32767", Assert.Throws<ArgumentException>(() => RecipeVector.Read(values)).Message);
        Assert.Contains("32 values; there are 3", Assert.Throws<ArgumentException>(() => RecipeVector.Read(new float[3])).Message);
    }

    [Fact]
    public void Whatever_is_read_can_be_rendered_or_is_refused()
    {
        // Extremes that the ranges allow, each on its own and all together.
        byte[] pixels = new byte[24 * 24 * 3], view = new byte[16 * 16 * 3];
        new Random(1).NextBytes(pixels);
        var renderer = new ViewRenderer();
        float[][] extremes = [[11, float.MaxValue], [12, float.MaxValue], [13, float.MaxValue], [17, short.MaxValue], [17, float.Epsilon], [0, float.MinValue], [2, float.MaxValue], [2, float.Epsilon],
            .. Enum.GetValues<RandAugmentOperation>().SelectMany(o => (float[][])[[20, (float)o, 360], [20, (float)o, -360], [23, (float)o, 1e-40f]]), [30, 40], [31, 1]];
        foreach (int blur in (int[])[0, 1])
        {
            foreach (float[] extreme in extremes)
            {
                float[] values = Sound();
                (values[9], values[16], values[(int)extreme[0]]) = (1, blur, extreme[1]);
                if (extreme is [var slot, _, var argument])
                    (values[(int)slot + 1], values[(int)slot + 2]) = (argument, blur);
                ViewRecipe recipe = RecipeVector.Read(values);
                try
                {
                    renderer.Render(new RgbImage(pixels, 24, 24), recipe, view);
                }
                catch (ArgumentException e)
                {
                    Assert.Matches("does not touch|does not fit", e.Message);
                }
            }
        }
    }

    private static float[] Sound()
    {
        var values = new float[RecipeVector.Length];
        RecipeVector.Write(
            new ViewRecipe { CropWidth = 20, CropHeight = 20, Scale = 0.5f, OutputWidth = 16, OutputHeight = 16, Brightness = 1, Contrast = 1, Saturation = 1, BlurSigma = 1 }, values);
        return values;
    }
}
