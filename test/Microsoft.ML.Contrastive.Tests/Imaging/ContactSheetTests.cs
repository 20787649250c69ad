using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

public sealed class ContactSheetTests
{
    [Fact]
    public void Sheet_is_the_same_every_time_and_holds_every_view()
    {
        var rows = Rows(7, views: 2);

        byte[] first = Sheet(rows), second = Sheet(Rows(7, views: 2));

        Assert.Equal(first, second);
        using var image = MLImage.CreateFromStream(new MemoryStream(first));
        var rgb = new byte[MLImagePixels.PackedLength(image)];
        MLImagePixels.CopyTo(image, rgb);
        foreach (var view in rows.SelectMany(row => row.Views))
        {
            // 48 pixels enlarged to 96: each as 2×2. The second row of a view, doubled, must be somewhere on the sheet.
            byte[] line = [.. Enumerable.Range(0, 96 * 3).Select(i => view.Pixels.Span[(48 * 3) + (i / 3 / 2 * 3) + (i % 3)])];
            Assert.True(rgb.AsSpan().IndexOf(line) >= 0);
        }
    }

    [Fact]
    public void Caption_is_written_in_ink_where_no_fonts_are_installed()
    {
        var rows = Rows(1, views: 2);
        int Dark(byte[] png)
        {
            using var image = MLImage.CreateFromStream(new MemoryStream(png));
            int dark = 0;
            for (int p = 0; p < image.Pixels.Length; p += 4)
                dark += image.Pixels[p] == 0x22 && image.Pixels[p + 1] == 0x22 && image.Pixels[p + 2] == 0x22 ? 1 : 0;
            return dark;
        }

        int without = Dark(Sheet([rows[0] with { Caption = "" }]));
        int with = Dark(Sheet([rows[0] with { Caption = "1" }]));

        // A one has ten dots of 2×2.
        Assert.Equal(10 * 4, with - without);
    }

    [Fact]
    public void Every_printable_character_of_captions_has_a_shape_of_its_own()
    {
        const string characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:/()-+%=<>[]_'!?*#×βσ";
        var shapes = characters.Select(character => Convert.ToHexString(PixelFont.Glyph(character))).ToList();

        Assert.Equal(characters.Length, shapes.Distinct().Count());
        Assert.DoesNotContain(Convert.ToHexString(PixelFont.Glyph('€')), shapes);
        Assert.All(shapes, shape => Assert.InRange(shape.Length / 2, PixelFont.Height, PixelFont.Height + PixelFont.Descent));
    }

    [Fact]
    public void A_recipe_is_told_in_the_order_in_which_it_applies_and_without_what_does_not()
    {
        var recipe = new ViewRecipe
        {
            CropX = 4,
            CropY = 2.26f,
            CropWidth = 27,
            CropHeight = 31,
            Scale = 0.654f,
            Flip = true,
            HasColor = true,
            ColorOrder = 23,
            Brightness = 1.207f,
            Contrast = 1,
            Saturation = 0.8f,
            Hue = -0.026f,
            Grayscale = true,
            BlurSigma = 0.841f,
            Solarize = true,
            SolarizeThreshold = 128,
            RandAugment1 = RandAugmentOperation.Equalize,
            RandAugment2 = RandAugmentOperation.Rotate,
            RandAugment2Argument = -7.5f,
            LastGrayscale = true,
        };
        string all = "27x31 at 4,2.3, area 0.65, flip, hue -0.03, sat 0.80, bri 1.21, grey, blur 0.84, solarize 128, Equalize, Rotate -7.5, grey";
        Assert.Equal([all], RecipeCaption.Lines(recipe, 200));

        IReadOnlyList<string> lines = RecipeCaption.Lines(recipe, 30);
        Assert.Equal(all, string.Join(' ', lines));
        Assert.All(lines, line => Assert.InRange(line.Length, 10, 30));
        Assert.DoesNotContain(Convert.ToHexString(PixelFont.Glyph('€')), all.Where(c => c != ' ').Select(c => Convert.ToHexString(PixelFont.Glyph(c))));
        Assert.Equal(["1x1 at 0,0, hue 0.00"], RecipeCaption.Lines(new ViewRecipe { CropWidth = 1, CropHeight = 1, HasColor = true, Brightness = 1, Contrast = 1, Saturation = 1, Hue = -0.002f }, 30));
        Assert.Equal(["1x1 at 0,0"], RecipeCaption.Lines(new ViewRecipe { CropWidth = 1, CropHeight = 1, Brightness = 2, ColorOrder = 3 }, 30));
    }

    [Fact]
    public void Every_view_has_its_recipe_below_behind_a_mark_of_its_colour()
    {
        ContactSheetRow row = Rows(1, views: 2)[0];
        byte[] without = Sheet([row with { Crops = [] }]), with = Sheet([row]);
        using MLImage small = MLImage.CreateFromStream(new MemoryStream(without)), large = MLImage.CreateFromStream(new MemoryStream(with));
        int added = large.Height - small.Height;
        Assert.True(added >= 2 * PixelFont.Height, $"{added} pixels");
        byte[] rgb = new byte[MLImagePixels.PackedLength(large)];
        MLImagePixels.CopyTo(large, rgb);
        // Okabe and Ito's vermilion and blue, which frame the views, one above the other at the left edge of the cell.
        List<string> marks = [.. Enumerable.Range(large.Height - added - 16, added).Select(y => Convert.ToHexString(rgb, ((y * large.Width) + 16) * 3, 3)).Where(color => color is "D55E00" or "0072B2").Distinct()];
        Assert.Equal(["D55E00", "0072B2"], marks);
    }

    [Fact]
    public void Ratio_of_areas_is_the_larger_to_the_smaller()
    {
        var small = new ViewRecipe { CropWidth = 10, CropHeight = 20 };
        var large = new ViewRecipe { CropWidth = 25, CropHeight = 19 };
        Assert.Equal("2.38:1", ContactSheetRow.AreaRatio([small, large]));
        Assert.Equal("2.38:1", ContactSheetRow.AreaRatio([large, small]));
    }

    [Fact]
    public void Sources_of_any_shape_and_views_of_any_size_fit()
    {
        foreach (var (width, height, side) in new[] { (300, 100, (short)224), (1, 1, (short)8), (20, 900, (short)500), (96, 96, (short)96) })
        {
            var source = PixelOperationTests.Noise(width, height, seed: 1);
            var recipe = PixelOperationTests.Whole(width, height) with { OutputWidth = side, OutputHeight = side };
            Assert.NotEmpty(Sheet([ContactSheetRow.Render(new RgbImage(source, width, height), [recipe, recipe, recipe], new ViewRenderer())]));
        }
    }

    [Fact]
    public void Rows_that_do_not_belong_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sheet([]));
        Assert.Throws<ArgumentException>(() => Sheet([.. Rows(1, views: 2), .. Rows(1, views: 3)]));
    }

    private static byte[] Sheet(IReadOnlyList<ContactSheetRow> rows)
    {
        using var stream = new MemoryStream();
        ContactSheet.Write(stream, [new("", rows)], "JointCrop(β = 0)");
        return stream.ToArray();
    }

    private static List<ContactSheetRow> Rows(int count, int views)
    {
        var renderer = new ViewRenderer();
        var random = new Random(1);
        var rows = new List<ContactSheetRow>();
        for (int i = 0; i < count; i++)
        {
            var source = PixelOperationTests.Noise(60, 40, seed: i);
            var recipes = Enumerable.Range(0, views).Select(_ => new ViewRecipe
            {
                CropX = random.Next(20),
                CropY = random.Next(10),
                CropWidth = random.Next(10, 41),
                CropHeight = random.Next(10, 31),
                OutputWidth = 48,
                OutputHeight = 48,
            }).ToList();
            rows.Add(ContactSheetRow.Render(new RgbImage(source, 60, 40), recipes, renderer));
        }
        return rows;
    }
}
