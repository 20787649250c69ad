using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class SchemaTests
{
    private readonly MLContext _context = new(seed: 1);

    private TransformsCatalog Transforms => _context.Transforms;

    [Fact]
    public void The_promised_columns_are_those_that_come_out()
    {
        var chain = Transforms.JointCrop(["View1", "View2"], "Image", 24)
            .Append(Transforms.RandomHorizontalFlip(["View1", "View2"]))
            .Append(Transforms.CopyColumns("Copy", "View2"))
            .Append(Transforms.Solarize(["Copy"]))
            .Append(Transforms.ResizeImages("Small", 8, 8, "View1"))
            .Append(Transforms.ExtractPixels("Pixels", "Small"));
        SchemaShape promised = chain.GetOutputSchema(Shape(new ImageDataViewType()));
        DataViewSchema actual = chain.Fit(new RecordedImages(1)).Transform(new RecordedImages(1)).Schema;

        Assert.Equal(actual.Select(c => c.Name).Distinct().Order(), promised.Select(c => c.Name).Order());
        foreach (SchemaShape.Column column in promised)
        {
            DataViewType type = actual[column.Name].Type;
            Assert.Equal(type is VectorDataViewType vector ? vector.ItemType : type, column.ItemType);
            Assert.Equal(actual[column.Name].Annotations.Schema.Select(a => a.Name).Order(), column.Annotations.Select(a => a.Name).Order());
        }
    }

    [Fact]
    public void Promises_about_missing_columns_and_wrong_types_are_not_made()
    {
        SchemaShape text = Shape(TextDataViewType.Instance);
        Says("The column 'Image': expected an image", () => Transforms.JointCrop(["View1", "View2"], "Image").GetOutputSchema(text));
        Says("There is no column 'Picture'", () => Transforms.JointCrop(["View1", "View2"], "Picture").GetOutputSchema(text));
        Says("There is no column 'View1'", () => Transforms.ColorJitter(["View1"]).GetOutputSchema(text));
        Says("The column 'Image': expected a view", () => Transforms.ColorJitter(["Image"]).GetOutputSchema(Shape(new ImageDataViewType())));
        var resized = Transforms.RandomResizedCrop(["View1"], "Image").Append(Transforms.ResizeImages("View1", 8, 8));
        Says("The column 'View1': expected a view", () => resized.Append(Transforms.ColorJitter(["View1"])).GetOutputSchema(Shape(new ImageDataViewType())));
    }

    [Fact]
    public void A_model_can_be_saved_with_the_schema_that_comes_out()
    {
        var images = new RecordedImages(2);
        ITransformer model = Transforms.RandomResizedCrop(["View1"], "Image", 8).Append(Transforms.ColorJitter(["View1"])).Fit(images);
        using var saved = new MemoryStream();
        _context.Model.Save(model, model.GetOutputSchema(images.Schema), saved);
        saved.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(saved, out _);
        Assert.Equal(images.Schema.Select(c => c.Name), loaded.Transform(images).Schema.Select(c => c.Name));
    }

    [Fact]
    public void A_prediction_engine_takes_images_from_memory_and_leaves_them_alive()
    {
        var chain = Transforms.RandomResizedCrop(["View1"], "Image", 8).Append(Transforms.RandomHorizontalFlip(["View1"]));
        ITransformer model = chain.Fit(_context.Data.LoadFromEnumerable(new[] { new Input() }));
        Input[] inputs = [.. Enumerable.Range(0, 3).Select(i => new Input { Image = RecordedImages.Create(i) })];
        var seen = new HashSet<string>();
        using (PredictionEngine<Input, Output> engine = _context.Model.CreatePredictionEngine<Input, Output>(model))
        {
            foreach (Input input in inputs)
            {
                Output output = engine.Predict(input);
                Assert.Equal((8, 8), (output.View1!.Width, output.View1.Height));
                seen.Add(Views.Pixels(output.View1));
            }
        }

        Assert.Equal(3, seen.Count);
        Assert.All(inputs, i => Assert.True(RecordedImages.IsAlive(i.Image!)));
    }

    [Fact]
    public void Steps_of_ones_own_run_like_those_of_the_library()
    {
        var images = new RecordedImages(4);
        var chain = Transforms.CropViews(Views.Two, "Image", new ShiftedCrop { OutputSize = new(12, 8) }, seed: 7).Append(Transforms.AugmentViews(Views.Two, new NoChange()));
        Assert.Equal(Views.Pixels(Views.Crop().Transform(images), "View2"), Views.Pixels(chain.Fit(images).Transform(images), "View2"));
        Says("CropViews", () => Transforms.AugmentViews(Views.Two, new ShiftedCrop { OutputSize = new(12, 8) }));
    }

    private static SchemaShape Shape(DataViewType image) => new(
    [
        MlNetInternals.Column("Name", SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        MlNetInternals.Column("Value", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single),
        MlNetInternals.Column("Image", SchemaShape.Column.VectorKind.Scalar, image),
    ]);

    private static void Says(string expected, Func<object> act) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message);

    private sealed class Input
    {
        [ImageType(30, 40)]
        public MLImage? Image { get; set; }
    }

    private sealed class Output
    {
        [ImageType(8, 8)]
        public MLImage? View1 { get; set; }
    }
}
