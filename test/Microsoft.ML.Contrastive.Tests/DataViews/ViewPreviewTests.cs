using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ViewPreviewTests : IDisposable
{
    // Views of 12 × 8, enlarged eightfold: 12 × 8 = 96, the smallest tile. Their recipes take a line each.
    private const int Scale = 8, Tile = 96, Margin = 16, Gap = 6, Frame = 3, Text = 18, Recipe = 11;
    private const int Cell = (3 * (Tile + (2 * Frame))) + (2 * Gap) + Margin, Line = Tile + (2 * Frame) + Gap + Text + Margin + Gap + (2 * Recipe), LineOfOne = Line - Recipe;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-sheet-").FullName;
    private readonly MLContext _context = new(seed: 1);

    private string Png => Path.Combine(_folder, "sheet.png");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Size_follows_from_rows_columns_and_headings()
    {
        IDataView data = Pairs(7);

        Assert.Equal((Margin + (2 * Cell), Margin + (3 * Line)), Size(data, new() { Rows = 5, Columns = 2 }));
        Assert.Equal((Margin + Cell, Margin + (7 * Line)), Size(data, new() { Rows = 100, Columns = 1 }));
        Assert.Equal((Margin + (2 * Cell), Margin + Text + Margin + (3 * Line)), Size(data, new() { Rows = 5, Columns = 2, Title = "Views" }));
        Assert.Equal((Margin + (2 * Cell) - (2 * (Tile + (2 * Frame) + Gap)), Margin + (3 * LineOfOne)), Size(data, new() { Rows = 5, Columns = 2, ViewColumnNames = ["View2"] }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Views_on_the_sheet_are_the_columns_pixels_of_evenly_spread_rows(long epoch)
    {
        IDataView data = Views.Extend(new AlwaysFlip(), "View2").Transform(Pairs(9));
        using MLImage sheet = Save(data, new() { Rows = 3, Columns = 1, Epoch = epoch });

        for (int view = 0; view < 2; view++)
        {
            // Nine rows in three parts of three: their middles.
            MLImage[] images = Images(data, Views.Two[view], epoch);
            int[] places = [1, 4, 7];
            for (int row = 0; row < places.Length; row++)
                AssertShows(sheet, images[places[row]], Margin + ((view + 1) * (Tile + (2 * Frame) + Gap)) + Frame, Margin + (row * Line) + Frame + 16);
        }
    }

    [Fact]
    public void Every_row_has_its_caption_unless_there_is_one_view()
    {
        using MLImage pairs = Save(Pairs(4), new() { Columns = 1 });
        for (int row = 0; row < 4; row++)
            Assert.True(Ink(pairs, Margin + ((row + 1) * Line) - Margin - (2 * Recipe) - Gap - Text, Text) > 0);

        using MLImage single = Save(Pairs(4), new() { Columns = 1, ViewColumnNames = ["View1"] });
        for (int row = 0; row < 4; row++)
            Assert.Equal(0, Ink(single, Margin + ((row + 1) * LineOfOne) - Margin - Recipe - Gap - Text, Text));
    }

    [Fact]
    public void Groups_stand_below_one_another_under_their_titles_with_the_same_rows()
    {
        IDataView data = new RecordedImages(8);
        IDataView first = Views.Crop().Transform(data), second = Views.Crop(seed: 8).Transform(data);

        _context.Contrastive().SaveContactSheet(Png, [new("A", first), new("B", second)], new() { Rows = 2, Columns = 2 });

        using MLImage sheet = MLImage.CreateFromFile(Png);
        int group = Text + Margin + Line;
        Assert.Equal((Margin + (2 * Cell), Margin + (2 * group)), (sheet.Width, sheet.Height));
        foreach ((IDataView views, int top) in new[] { (first, Margin), (second, Margin + group) })
        {
            Assert.True(Ink(sheet, top, Text) > 0);
            AssertShows(sheet, Images(views, "View1", 0)[2], Margin + Tile + (2 * Frame) + Gap + Frame, top + Text + Margin + Frame + 16);
        }
    }

    [Fact]
    public void Only_the_rows_shown_are_decoded_and_all_their_images_disposed()
    {
        var images = new RecordedImages(50);
        Save(Views.Crop().Transform(images), new() { Rows = 4 }).Dispose();
        Assert.Equal((4, 0), (images.Made, images.Alive));
    }

    [Fact]
    public void Data_of_unknown_length_is_spread_over_too()
    {
        IDataView odd = _context.Data.FilterRowsByColumn(Pairs(10), "Value", lowerBound: 5);
        using MLImage sheet = Save(odd, new() { Rows = 1 });
        AssertShows(sheet, Images(odd, "View1", 0)[2], Margin + Tile + (2 * Frame) + Gap + Frame, Margin + Frame + 16);
    }

    [Fact]
    public void Bad_options_and_columns_are_named()
    {
        IDataView data = Pairs(2);
        Says<ArgumentOutOfRangeException>("Rows", data, new() { Rows = 0 });
        Says<ArgumentOutOfRangeException>("Columns", data, new() { Columns = 0 });
        Says<ArgumentOutOfRangeException>("Epoch", data, new() { Epoch = -1 });
        Says<ArgumentException>("ViewColumnNames is empty", data, new() { ViewColumnNames = [] });
        Says<ArgumentException>("'View1' 2 times", data, new() { ViewColumnNames = ["View1", "View1"] });
        Says<ArgumentException>("There is no column 'View3'. The view columns here are View1, View2", data, new() { ViewColumnNames = ["View3"] });
        Says<ArgumentException>("'Image' is not a view", data, new() { ViewColumnNames = ["Image"] });
        Says<ArgumentException>("No column is a view", new RecordedImages(2), null);
        Says<ArgumentException>("no rows", Pairs(0), null);
        Says<ArgumentException>("no longer there", _context.Transforms.DropColumns("Image").Fit(data).Transform(data), null);
        Says<ArgumentException>("seed", Views.Crop(["View3"], seed: 8).Transform(data), null);
        Assert.Throws<ArgumentException>(() => _context.Contrastive().SaveContactSheet(Png, []));
        Assert.Throws<ArgumentException>(() => _context.Contrastive().SaveContactSheet(" ", data));
        Assert.Throws<ArgumentNullException>(() => _context.Contrastive().SaveContactSheet(Png, (IDataView)null!));
        var uneven = Assert.Throws<ArgumentException>(() => _context.Contrastive().SaveContactSheet(
            Png, [new("two", data), new("one", Views.Crop(["View1"]).Transform(new RecordedImages(2)))]));
        Assert.Contains("'two' has 2 and 'one' has 1", uneven.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_named_before_anything_is_decoded()
    {
        var images = new RecordedImages(2);
        IDataView data = Views.Crop().Transform(images);
        string missing = Path.Combine(_folder, "missing", "sheet.png");

        Assert.Contains(missing, Assert.Throws<DirectoryNotFoundException>(() => _context.Contrastive().SaveContactSheet(missing, data)).Message);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => _context.Contrastive().SaveContactSheet(_folder, data)).Message);
        Assert.Equal(0, images.Made);
    }

    [Fact]
    public void A_failure_leaves_the_sheet_before_it_and_no_other_file()
    {
        File.WriteAllText(Png, "before");
        var error = Assert.Throws<InvalidOperationException>(() => Save(Views.Crop().Transform(new RecordedImages(3, broken: 1)), new()));
        Assert.Contains("picture1.jpg", error.Message);
        Assert.Equal("before", File.ReadAllText(Png));

        Save(Pairs(3), new()).Dispose();
        Assert.Equal([Png], Directory.GetFileSystemEntries(_folder));
    }

    private static IDataView Pairs(int count) => Views.Crop().Transform(new RecordedImages(count));

    private (int Width, int Height) Size(IDataView data, ContactSheetOptions options)
    {
        using MLImage sheet = Save(data, options);
        return (sheet.Width, sheet.Height);
    }

    private MLImage Save(IDataView data, ContactSheetOptions options)
    {
        _context.Contrastive().SaveContactSheet(Png, data, options);
        return MLImage.CreateFromFile(Png);
    }

    private void Says<T>(string text, IDataView data, ContactSheetOptions? options)
        where T : ArgumentException =>
        Assert.Contains(text, Assert.Throws<T>(() => _context.Contrastive().SaveContactSheet(Png, data, options)).Message);

    private static MLImage[] Images(IDataView data, string column, long epoch)
    {
        using ViewEpoch.Scope scope = ViewEpoch.Use(epoch);
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[column]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(data.Schema[column]);
        var images = new List<MLImage>();
        while (cursor.MoveNext())
        {
            MLImage image = null!;
            getter(ref image);
            images.Add(image);
        }

        return [.. images];
    }

    private static void AssertShows(MLImage sheet, MLImage view, int left, int top)
    {
        byte[] expected = Rgb(view), got = Rgb(sheet);
        for (int y = 0; y < view.Height * Scale; y++)
        {
            for (int x = 0; x < view.Width * Scale; x++)
            {
                Assert.Equal(
                    expected.AsSpan(((y / Scale * view.Width) + (x / Scale)) * 3, 3).ToArray(),
                    got.AsSpan((((top + y) * sheet.Width) + left + x) * 3, 3).ToArray());
            }
        }
    }

    private static int Ink(MLImage sheet, int top, int height)
    {
        byte[] rgb = Rgb(sheet);
        return Enumerable.Range(top * sheet.Width, height * sheet.Width).Count(p => rgb[p * 3] == 0x22 && rgb[(p * 3) + 1] == 0x22 && rgb[(p * 3) + 2] == 0x22);
    }

    private static byte[] Rgb(MLImage image)
    {
        byte[] rgb = new byte[MLImagePixels.PackedLength(image)];
        MLImagePixels.CopyTo(image, rgb);
        return rgb;
    }
}
