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
