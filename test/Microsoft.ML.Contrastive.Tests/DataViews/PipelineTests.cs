using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>The augmentation half of the pipeline that the README shows, on files.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly ImageFiles _files = new();
    private readonly MLContext _context = new(seed: 1);

    public PipelineTests()
    {
        for (int i = 0; i < 12; i++)
            _files.Add($"{(i % 2 == 0 ? "cat" : "dog")}/{i:00}.png", i);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_published_pipeline_runs_and_its_plan_is_what_was_typed()
    {
        IDataView photos = Photos();
        IDataView data = Pipeline(_context).Fit(photos).Transform(photos);
        Assert.True(ViewPlanAnnotation.TryGet(data.Schema["View2"], out ViewColumnPlan? plan));
        Assert.Equal(1UL, plan.Plan.Seed);
        Assert.Equal(
            [
                new JointCrop { OutputSize = new ImageSize(24, 24), Beta = 0 },
                new HorizontalFlip(),
                new ColorJitter { Brightness = 0.4f, Contrast = 0.4f, Saturation = 0.4f, Hue = 0.1f },
                new RandomGrayscale(),
                new JointBlur(),
                new Solarize { Probability = 1 },
            ],
            plan.Plan.Steps.Select(s => s.Step));
        Assert.Equal([0, 1], plan.Plan.Steps[0].Views);
        Assert.Equal([1], plan.Plan.Steps[^1].Views);
        Assert.Equal(24, Pixels(data, "View1").Select(p => p.Value).Concat(Pixels(data, "View2").Select(p => p.Value)).Distinct().Count());
    }

    [Fact]
    public void A_prediction_engine_gives_the_pixels_of_the_cursor_for_the_row_with_its_identifier()
    {
        IDataView photos = Photos();
        ITransformer model = Pipeline(_context).Fit(photos);
        var expected = Pixels(model.Transform(photos), "View2");
        using PredictionEngine<Photo, TwoViews> engine = _context.Model.CreatePredictionEngine<Photo, TwoViews>(model);

        // An engine counts its calls, and that is the identifier: so the same order gives the same views.
        for (int i = 0; i < 3; i++)
        {
            TwoViews views = engine.Predict(Rows(photos)[i]);
            Assert.Equal(expected[(ulong)i], Views.Pixels(views.View2!));
        }
    }

    [Fact]
    public void Views_do_not_depend_on_how_the_rows_were_split()
    {
        IDataView photos = Photos();
        var whole = Pixels(Pipeline(_context).Fit(photos).Transform(photos), "View1");
        DataOperationsCatalog.TrainTestData split = _context.Data.TrainTestSplit(photos, testFraction: 0.4);
        foreach (IDataView part in new[] { split.TrainSet, split.TestSet })
        {
            var pixels = Pixels(Pipeline(_context).Fit(part).Transform(part), "View1");
            Assert.NotEmpty(pixels);
            Assert.All(pixels, row => Assert.Equal(whole[row.Key], row.Value));
        }
    }

    [Fact]
    public void A_seed_makes_the_views_and_no_seed_says_which_one_was_drawn()
    {
        IDataView photos = Photos();
        Assert.Equal(FirstViews(photos, new MLContext(seed: 5)), FirstViews(photos, new MLContext(), seed: 5));
        Assert.NotEqual(FirstViews(photos, new MLContext(seed: 5)), FirstViews(photos, new MLContext(seed: 6)));

        var messages = new List<string>();
        var unseeded = new MLContext();
        unseeded.Log += (_, e) => messages.Add(e.Message);
        var drawn = FirstViews(photos, unseeded);
        string message = Assert.Single(messages, m => m.Contains("drawn seed"));
        int seed = int.Parse(System.Text.RegularExpressions.Regex.Match(message, "drawn seed ([0-9]+)").Groups[1].Value);
        Assert.Equal(drawn, FirstViews(photos, new MLContext(), seed));

        // Each draws its own.
        Assert.NotEqual(drawn, FirstViews(photos, new MLContext()));
    }

    [Fact]
    public void Global_and_local_crops_of_an_image_share_one_plan()
    {
        var unseeded = new MLContext();
        IDataView photos = Photos();
        var chain = unseeded.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(unseeded.Transforms.RandomResizedCrop(["Global1", "Global2"], "Image", 24, minScale: 0.4))
            .Append(unseeded.Transforms.RandomResizedCrop(["Local1"], "Image", 12, minScale: 0.05, maxScale: 0.4));
        IDataView before = chain.Fit(photos).Transform(photos);
        var flipped = chain.Append(unseeded.Transforms.RandomHorizontalFlip(["Local1", "Global1", "Global2"], probability: 0));
        IDataView after = flipped.Fit(photos).Transform(photos);
        Assert.True(ViewPlanAnnotation.TryGet(after.Schema["Local1"], out ViewColumnPlan? local));
        Assert.True(ViewPlanAnnotation.TryGet(after.Schema["Global2"], out ViewColumnPlan? global));
        Assert.Same(local.Plan, global.Plan);
        Assert.Equal(12, Assert.IsType<ImageDataViewType>(after.Schema["Local1"].Type).Width);

        // As the estimators drew one seed and keep it, the views are those from before the flip, which never flips.
        foreach (string view in new[] { "Global1", "Global2", "Local1" })
            Assert.Equal(Pixels(before, view), Pixels(after, view));
    }

    [Fact]
    public void In_a_saved_model_the_steps_are_nothing()
    {
        IDataView photos = Photos();
        var chain = Pipeline(_context).Append(_context.Transforms.ResizeImages("Small", 8, 8, "Image")).Append(_context.Transforms.ExtractPixels("Pixels", "Small"));
        using var saved = new MemoryStream();
        _context.Model.Save(chain.Fit(photos), photos.Schema, saved);
        saved.Position = 0;
        var other = new MLContext();
        ITransformer loaded = other.Model.Load(saved, out DataViewSchema schema);
        IDataView data = loaded.Transform(photos);
        Assert.Null(data.Schema.GetColumnOrNull("View1"));
        Assert.Equal(["ImagePath", "Label"], schema.Select(c => c.Name));
        Assert.Equal(12, data.GetColumn<float[]>("Pixels").Count());
    }

    [Fact]
    public void CrossValidate_runs_around_them()
    {
        var chain = Pipeline(_context)
            .Append(_context.Transforms.ExtractPixels("Features", "View1"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        var folds = _context.MulticlassClassification.CrossValidate(Photos(), chain, numberOfFolds: 2);
        Assert.Equal(2, folds.Count);
    }

    private static SortedDictionary<ulong, string> Pixels(IDataView data, string column) => Views.Pixels(data, column);

    private static SortedDictionary<ulong, string> FirstViews(IDataView photos, MLContext context, int? seed = null)
    {
        var chain = context.Transforms.LoadImages("Image", null, "ImagePath").Append(context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 16, seed: seed));
        return Views.Pixels(chain.Fit(photos).Transform(photos), "View1");
    }

    private static EstimatorChain<AugmentationTransformer> Pipeline(MLContext mlContext) =>
        mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24, beta: 0))
            .Append(mlContext.Transforms.RandomHorizontalFlip(["View1", "View2"]))
            .Append(mlContext.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4f, contrast: 0.4f, saturation: 0.4f, hue: 0.1f))
            .Append(mlContext.Transforms.RandomGrayscale(["View1", "View2"]))
            .Append(mlContext.Transforms.JointBlur(["View1", "View2"]))
            .Append(mlContext.Transforms.Solarize(["View2"], probability: 1));

    private IDataView Photos() => _context.Contrastive().LoadImagesFromFolder(_files.Root);

    private Photo[] Rows(IDataView photos) => [.. _context.Data.CreateEnumerable<Photo>(photos, reuseRowObject: false)];

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class TwoViews
    {
        [ImageType(24, 24)]
        public MLImage? View1 { get; set; }

        [ImageType(24, 24)]
        public MLImage? View2 { get; set; }
    }
}
