using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class DifficultySheetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-sheet-").FullName;
    private readonly MLContext _context = new(seed: 1);

    private string Png => Path.Combine(_folder, "sheet.png");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Pairs_are_sorted_by_difficulty()
    {
        double[] cosines = [0.5, 0.1, 0.9, 0.3, 0.7];
        PairDifficulty[] pairs = [.. cosines.Select((cosine, row) => new PairDifficulty(row, 0, default, default, cosine))];
        double[] Chosen(DifficultyOrder order, int rows) => [.. DifficultySheet.Choose(pairs, order, rows).Select(p => p.Cosine)];
        Assert.Equal([0.1, 0.3], Chosen(DifficultyOrder.HardestFirst, 2));
        Assert.Equal([0.9, 0.7, 0.5], Chosen(DifficultyOrder.EasiestFirst, 3));
        Assert.Equal([0.1, 0.5, 0.9], Chosen(DifficultyOrder.Spread, 3));
        Assert.Equal([0.1, 0.3, 0.5, 0.7, 0.9], Chosen(DifficultyOrder.Spread, 10));
    }

    [Fact]
    public void A_caption_has_the_area_ratio_and_the_similarity()
    {
        var pair = new PairDifficulty(0, 0, new ViewRecipe { Scale = 0.25f }, new ViewRecipe { Scale = 0.75f }, 0.8349);
        Assert.Equal("3.00:1 cos 0.83", DifficultySheet.Caption(pair));
    }

    [Fact]
    public void The_hardest_pair_is_drawn_first_with_its_own_pixels()
    {
        var images = new RecordedImages(9);
        IDataView views = Views.Crop().Transform(images);
        ITransformer pixels = _context.Transforms.ExtractPixels("Features", "Image").Fit(Views.Crop(["Image"]).Transform(new RecordedImages(1)));
        StatisticalDifficulty measured = _context.Contrastive().Difficulty.Measure(views, pixels, new() { Epochs = 2 });
        PairDifficulty hardest = measured.Pairs.MinBy(p => p.Cosine)!;

        _context.Contrastive().Difficulty.SaveContactSheet(Png, views, measured, rows: 3, columns: 1);

        using MLImage sheet = MLImage.CreateFromFile(Png), source = RecordedImages.Create((int)hardest.Row);
        byte[] rgb = new byte[MLImagePixels.PackedLength(source)], expected = new byte[12 * 8 * 3], got = new byte[MLImagePixels.PackedLength(sheet)];
        MLImagePixels.CopyTo(source, rgb);
        MLImagePixels.CopyTo(sheet, got);
        new ViewRenderer().Render(new RgbImage(rgb, source.Width, source.Height), hardest.Second, expected);
        // The second view of the first pair: margin, image, first view, each a tile of 96 with frame and gap; the view is 12 x 8, enlarged eightfold.
        int left = 16 + (2 * (96 + 12)) + 3, top = 16 + 3 + 16;
        for (int y = 0; y < 64; y++)
        {
            for (int x = 0; x < 96; x++)
                Assert.Equal(expected.AsSpan(((y / 8 * 12) + (x / 8)) * 3, 3).ToArray(), got.AsSpan((((top + y) * sheet.Width) + left + x) * 3, 3).ToArray());
        }
    }

    [Fact]
    public void The_images_are_those_that_the_measured_views_are_made_of_wherever_their_columns_stand()
    {
        // In front of the views that are measured stand others, of images of another shape.
        IDataView images = _context.Transforms.ResizeImages("Wide", 80, 20, "Image").Fit(new RecordedImages(4)).Transform(new RecordedImages(4));
        IDataView own = Views.Crop().Transform(images), both = Views.Crop().Transform(Views.Crop(["Other1", "Other2"], "Wide").Transform(images));
        ITransformer pixels = _context.Transforms.ExtractPixels("Features", "Image").Fit(Views.Crop(["Image"]).Transform(new RecordedImages(1)));
        StatisticalDifficultyOptions options = new() { ViewColumnNames = Views.Two };
        DifficultyCatalog difficulty = _context.Contrastive().Difficulty;
        difficulty.SaveContactSheet(Png, own, difficulty.Measure(own, pixels, options));
        byte[] expected = File.ReadAllBytes(Png);

        difficulty.SaveContactSheet(Png, both, difficulty.Measure(both, pixels, options));

        Assert.Equal(expected, File.ReadAllBytes(Png));
    }

    [Fact]
    public void Bad_input_is_named_and_leaves_no_file()
    {
        IDataView views = Views.Crop().Transform(new RecordedImages(3));
        var measured = new StatisticalDifficulty(ViewPlan.Create(1, Views.Two), [new PairDifficulty(0, 0, default, default, 0.5), new PairDifficulty(7, 0, default, default, 0.1)]);
        DifficultyCatalog difficulty = _context.Contrastive().Difficulty;
        Says("Rows", () => difficulty.SaveContactSheet(Png, views, measured, rows: 0));
        Says("order is 9", () => difficulty.SaveContactSheet(Png, views, measured, (DifficultyOrder)9));
        Says("no row 7", () => difficulty.SaveContactSheet(Png, views, measured, rows: 1));
        Says("No column is a view", () => difficulty.SaveContactSheet(Png, new RecordedImages(3), measured));
        Assert.Throws<DirectoryNotFoundException>(() => difficulty.SaveContactSheet(Path.Combine(_folder, "missing", "a.png"), views, measured));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private static void Says(string expected, Action act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message);
}
