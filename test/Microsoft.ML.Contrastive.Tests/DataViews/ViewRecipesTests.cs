using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ViewRecipesTests : IDisposable
{
    private readonly ImageFiles _files = new();
    private readonly MLContext _context = new(seed: 1);

    public ViewRecipesTests()
    {
        for (int i = 0; i < 12; i++)
            _files.Add($"{i:00}.png", i);
    }

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replayed_from_a_file_the_views_are_the_same_pixels(bool binary)
    {
        IDataView views = Augmented(), saved = Saved(views, binary);

        // Another order and other row identifiers, in a context of another seed.
        var other = new MLContext(seed: 99);
        IDataView shuffled = other.Data.LoadFromEnumerable(Rows(saved).Reverse(), Row.Definition);
        IDataView images = other.Transforms.LoadImages("Image", null, "ImagePath").Fit(shuffled).Transform(shuffled);
        IDataView replayed = other.Transforms.ReplayViews(["View1", "View2"], "Image", "Recipes").Fit(images).Transform(images);

        Assert.Equal(24, Assert.IsType<Transforms.Image.ImageDataViewType>(replayed.Schema["View2"].Type).Width);
        foreach (string view in Views.Two)
        {
            string[] expected = [.. Views.Pixels(views, view).Values], actual = [.. Views.Pixels(replayed, view).Values];
            Assert.Equal(12, expected.Distinct().Count());
            Assert.Equal(expected, actual.Reverse());
        }
    }

    [Fact]
    public void Slots_have_names_and_hold_what_the_plan_draws()
    {
        IDataView views = Augmented();
        VBuffer<ReadOnlyMemory<char>> names = default;
        views.Schema["Recipes"].GetSlotNames(ref names);
        string[] slots = [.. names.DenseValues().Select(n => n.ToString())];
        Assert.Equal(2 * RecipeVector.Length, slots.Length);

        ViewPlan plan = views.Schema["View1"].GetViewPlan();
        var recipes = new ViewRecipe[2];
        float[][] rows = [.. views.GetColumn<float[]>("Recipes")];
        for (int row = 0; row < rows.Length; row++)
        {
            plan.Sample(plan.KeyOf(0, (ulong)row), new ImageSize(40 + (row % 5), 30 + (row % 7)), recipes);
            Assert.Equal(recipes[0].Scale, rows[row][Array.IndexOf(slots, "View1.Crop.AreaScale")]);
            Assert.Equal(recipes[1].BlurSigma, rows[row][Array.IndexOf(slots, "View2.Blur.Sigma")]);
        }
    }

    [Fact]
    public void An_epoch_can_be_chosen_and_otherwise_is_that_of_the_views()
    {
        IDataView views = Views.Crop().Transform(new RecordedImages(5));
        float[] Recipes(long? epoch) => [.. _context.Transforms.ViewRecipes("Recipes", Views.Two, epoch).Fit(views).Transform(views).GetColumn<float[]>("Recipes").SelectMany(v => v)];
        Assert.Equal(Recipes(0), Recipes(null));
        Assert.NotEqual(Recipes(0), Recipes(3));
        using (ViewEpoch.Use(3))
            Assert.Equal(Recipes(3), Recipes(null));
    }

    [Fact]
    public void Each_image_is_decoded_once_for_views_and_recipes_together()
    {
        var images = new RecordedImages(4);
        IDataView views = Views.Crop().Transform(images);
        IDataView data = _context.Transforms.ViewRecipes("Recipes", ["View2"]).Fit(views).Transform(views);
        using (DataViewRowCursor cursor = data.GetRowCursor([data.Schema["View1"], data.Schema["Recipes"]]))
        {
            ValueGetter<MLImage> view = cursor.GetGetter<MLImage>(data.Schema["View1"]);
            ValueGetter<VBuffer<float>> recipes = cursor.GetGetter<VBuffer<float>>(data.Schema["Recipes"]);
            MLImage image = null!;
            VBuffer<float> values = default;
            while (cursor.MoveNext())
            {
                recipes(ref values);
                view(ref image);
            }

            image.Dispose();
        }

        Assert.Equal((4, 0), (images.Made, images.Alive));
        Assert.Equal([RecipeVector.Length], ((VectorDataViewType)data.Schema["Recipes"].Type).Dimensions);
    }

    [Fact]
    public void In_a_saved_model_they_are_nothing()
    {
        IDataView paths = Paths();
        var chain = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.JointCrop(Views.Two, "Image", 8)).Append(_context.Transforms.ViewRecipes("Recipes", Views.Two))
            .Append(_context.Transforms.ReplayViews(["Again1", "Again2"], "Image"));
        using var file = new MemoryStream();
        _context.Model.Save(chain.Fit(paths), paths.Schema, file);
        file.Position = 0;
        Assert.Null(new MLContext().Model.Load(file, out _).Transform(paths).Schema.GetColumnOrNull("Again1"));
    }

    [Fact]
    public void Bad_columns_are_named()
    {
        IDataView images = new RecordedImages(2), views = Views.Crop().Transform(images);
        Says("There is no column 'View3'", () => _context.Transforms.ViewRecipes("Recipes", ["View3"]).Fit(views));
        Says("'Image' carries no view plan", () => _context.Transforms.ViewRecipes("Recipes", ["Image"]).Fit(views));
        Says("at least one", () => _context.Transforms.ViewRecipes("Recipes", []));
        Says("Epoch is -1", () => _context.Transforms.ViewRecipes("Recipes", Views.Two, -1));
        Says("must not be empty", () => _context.Transforms.ViewRecipes("", Views.Two));
        Says("There is no column 'Recipes'", () => _context.Transforms.ReplayViews(Views.Two, "Image").Fit(images));
        Says($"expected a vector of {2 * RecipeVector.Length} Single", () => _context.Transforms.ReplayViews(Views.Two, "Image", "Value").Fit(images));
        Says("expected an image", () => _context.Transforms.ReplayViews(Views.Two, "Name", "Value").Fit(images));
        IDataView one = _context.Transforms.ViewRecipes("Recipes", ["View1"]).Fit(views).Transform(views);
        Says($"expected a vector of {2 * RecipeVector.Length} Single", () => _context.Transforms.ReplayViews(Views.Two, "Image").Fit(one));
        Says("no rows", () => _context.Transforms.ReplayViews(["View1"], "Image").Fit(_context.Data.FilterRowsByColumn(one, "Value", lowerBound: 1000)));
    }

    [Fact]
    public void A_damaged_value_names_its_row_and_slot_and_the_rows_behind_it_can_be_read()
    {
        IDataView saved = Saved(Augmented(), binary: true);
        Row[] rows = Rows(saved);
        rows[3].Recipes[2] = float.NaN;
        rows[5].Recipes[RecipeVector.Length + 5] = 25;
        IDataView damaged = _context.Data.LoadFromEnumerable(rows, Row.Definition);
        IDataView images = _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(damaged).Transform(damaged);
        IDataView replayed = _context.Transforms.ReplayViews(Views.Two, "Image").Fit(images).Transform(images);

        var errors = new Dictionary<long, string>();
        using DataViewRowCursor cursor = replayed.GetRowCursor([replayed.Schema["View2"]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(replayed.Schema["View2"]);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            try
            {
                getter(ref image);
            }
            catch (InvalidOperationException e)
            {
                errors.Add(cursor.Position, e.Message);
            }
        }

        image.Dispose();
        Assert.Equal([3, 5], errors.Keys.Order());
        Assert.Contains("'Recipes' holds no recipe of View1: Crop.Width", errors[3]);
        Assert.Contains("makes View2 25x24 pixels large; the first row of the data that ReplayViews was fitted to has 24x24 (row 5)", errors[5]);
    }

    private Row[] Rows(IDataView saved) => [.. _context.Data.CreateEnumerable<Row>(saved, reuseRowObject: false, schemaDefinition: Row.Definition)];

    private static void Says(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<Exception>(act).Message);

    private IDataView Paths() => _context.Data.LoadFromEnumerable(Directory.GetFiles(_files.Root).Order().Select(path => new { ImagePath = path }));

    private IDataView Augmented()
    {
        IDataView paths = Paths();
        return _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.JointCrop(new JointCropEstimator.Options { Step = new JointCrop { OutputSize = new ImageSize(24, 24), Boxes = CropBoxes.Fractional } }))
            .Append(_context.Transforms.RandomHorizontalFlip(Views.Two))
            .Append(_context.Transforms.JointColor(Views.Two))
            .Append(_context.Transforms.RandomGrayscale(Views.Two))
            .Append(_context.Transforms.JointBlur(Views.Two))
            .Append(_context.Transforms.Solarize(["View2"]))
            .Append(_context.Transforms.ViewRecipes("Recipes", Views.Two))
            .Fit(paths).Transform(paths);
    }

    /// <summary>The recipes with their paths through a file and back.</summary>
    private IDataView Saved(IDataView views, bool binary)
    {
        IDataView columns = _context.Transforms.SelectColumns("ImagePath", "Recipes").Fit(views).Transform(views);
        string path = Path.Combine(_files.Root, "recipes");
        using (FileStream file = File.Create(path))
        {
            if (binary)
                _context.Data.SaveAsBinary(columns, file);
            else
                _context.Data.SaveAsText(columns, file, forceDense: true);
        }

        return binary
            ? _context.Data.LoadFromBinary(path)
            : _context.Data.LoadFromTextFile(path, [new("ImagePath", DataKind.String, 0), new("Recipes", DataKind.Single, 1, 2 * RecipeVector.Length)], hasHeader: true);
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public float[] Recipes { get; set; } = [];

        /// <summary>Two recipes.</summary>
        public static SchemaDefinition Definition
        {
            get
            {
                SchemaDefinition definition = SchemaDefinition.Create(typeof(Row));
                definition[nameof(Recipes)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2 * RecipeVector.Length);
                return definition;
            }
        }
    }
}
