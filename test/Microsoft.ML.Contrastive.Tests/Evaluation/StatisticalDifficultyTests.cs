using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Tests.DataViews;
using Microsoft.ML.Contrastive.Tests.Encoders;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

public sealed class StatisticalDifficultyTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 15, width: 40, height: 32);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pairs_are_those_of_the_columns_in_every_epoch()
    {
        IDataView views = Pipeline(flipAndColor: true);
        StatisticalDifficulty measured = _context.Contrastive().Difficulty.Measure(views, Pixels(), new() { OtherSteps = true, FirstEpoch = 2, Epochs = 3 });

        var expected = new List<(long Row, long Epoch, double Cosine)>();
        for (long epoch = 2; epoch < 5; epoch++)
        {
            using ViewEpoch.Scope scope = ViewEpoch.Use(epoch);
            float[][] first = Values(views, "View1"), second = Values(views, "View2");
            expected.AddRange(first.Zip(second, Cosine).Select((cosine, row) => ((long)row, epoch, cosine)));
        }

        Assert.Equal(90, measured.Pairs.Count);
        foreach (((long row, long epoch, double cosine), PairDifficulty pair) in expected.OrderBy(e => e.Row).ThenBy(e => e.Epoch).Zip(measured.Pairs))
        {
            Assert.Equal((row, epoch), (pair.Row, pair.Epoch));
            Assert.Equal(cosine, pair.Cosine, 6);
        }

        Assert.Equal(expected.Average(e => e.Cosine), measured.MeanCosine, 6);
        // The error of a mean over images: pairs of one image are one observation.
        double[] means = [.. expected.GroupBy(e => e.Row).Select(g => g.Average(e => e.Cosine))];
        double error = Math.Sqrt(means.Sum(m => Math.Pow(m - means.Average(), 2)) / 29 / 30);
        Assert.Equal((30, error), (measured.ImageCount, measured.StandardError), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
    }

    [Fact]
    public void Crops_alone_are_measured_unless_the_other_steps_are_asked_for()
    {
        IDataView crops = Pipeline(flipAndColor: false), all = Pipeline(flipAndColor: true);
        double[] Cosines(IDataView views, bool otherSteps) => [.. _context.Contrastive().Difficulty.Measure(views, Pixels(), new() { OtherSteps = otherSteps }).Pairs.Select(p => p.Cosine)];
        Assert.Equal(Cosines(crops, true), Cosines(all, false));
        Assert.NotEqual(Cosines(all, true), Cosines(all, false));
    }

    [Fact]
    public void Images_are_spread_over_the_data_and_alone_are_decoded()
    {
        var images = new RecordedImages(50);
        IDataView views = Views.Crop().Transform(images);
        StatisticalDifficulty measured = _context.Contrastive().Difficulty.Measure(views, Pixels(), new() { Images = 5 });
        Assert.Equal([5, 15, 25, 35, 45], measured.Pairs.Select(p => p.Row));
        Assert.Equal((5, 0), (images.Made, images.Alive));
    }

    [Fact]
    public void An_area_ratio_is_that_of_every_pair_up_to_the_widest_that_the_crop_allows()
    {
        DifficultyCurve curve = _context.Contrastive().Difficulty.ByAreaRatio(Pipeline(false), Pixels(), options: new() { Images = 20 });
        Assert.Equal([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5], curve.Points.Select(p => p.Value));
        foreach (DifficultyPoint point in curve.Points)
            Assert.All(point.Difficulty.Pairs, pair => Assert.Equal(point.Value, pair.AreaRatio, 1e-4));
    }

    [Fact]
    public void A_larger_beta_is_easier_for_an_encoder_that_sees_the_scale()
    {
        DifficultyCurve curve = _context.Contrastive().Difficulty.ByBeta(Gradients(100), Pixels(128), [-4, 0, 4]);
        Assert.True(curve.Points[0].Difficulty.MeanCosine < curve.Points[1].Difficulty.MeanCosine, curve.ToString());
        Assert.True(curve.Points[1].Difficulty.MeanCosine < curve.Points[2].Difficulty.MeanCosine, curve.ToString());

        // Same images and random numbers: the error of a difference is far smaller than that of its parts.
        (double difference, double error) = curve.Points[2].Difficulty.Minus(curve.Points[0].Difficulty);
        Assert.Equal(curve.Points[2].Difficulty.MeanCosine - curve.Points[0].Difficulty.MeanCosine, difference, 12);
        Assert.True(difference > 3 * error, $"{difference} ± {error}");
    }

    public static TheoryData<RandomCrop, JointCrop> CropsAndTheirCurves()
    {
        ImageSize size = new(16, 12);
        HeatMapBoxes boxes = new() { Threshold = 0.3 };
        var joint = new JointCrop { OutputSize = size, Scale = (0.3, 0.9), AspectRatio = (1, 1.1), Filter = ResizeFilter.Bicubic, Boxes = CropBoxes.Fractional, PositionAlpha = 0.5, HeatMaps = boxes };
        return new()
        {
            { joint, joint },
            { JointCrop.Released2024(size), JointCrop.Released2024(size) },
            { new IndependentCrop { OutputSize = size, Boxes = CropBoxes.Released, PositionAlpha = 0.2, HeatMaps = boxes }, new JointCrop { OutputSize = size, Boxes = CropBoxes.Released, PositionAlpha = 0.2, HeatMaps = boxes } },
            { new ContrastiveCrop { OutputSize = size, Alpha = 0.1, HeatMaps = boxes }, new JointCrop { OutputSize = size, PositionAlpha = 0.1, HeatMaps = boxes } },
            { new RandomResizedCrop { OutputSize = size, AspectRatio = (1, 2) }, new JointCrop { OutputSize = size, AspectRatio = (1, 2) } },
        };
    }

    [Theory]
    [MemberData(nameof(CropsAndTheirCurves))]
    public void The_law_is_replaced_and_nothing_else(RandomCrop crop, JointCrop expected)
    {
        IDataView views = Views.Extend(new AlwaysFlip()).Transform(new AugmentationTransformer(new CropViewStep(crop, Views.Two, "Image", 7, null)).Transform(new RecordedImages(4)));
        StatisticalDifficulty point = Assert.Single(_context.Contrastive().Difficulty.ByBeta(views, Pixels(), [0.5], new() { OtherSteps = true }).Points).Difficulty;
        Assert.Equal([expected with { Beta = 0.5 }, new AlwaysFlip()], point.Plan.Steps.Select(s => s.Step));
        Assert.Equal(7UL, point.Plan.Seed);
    }

    [Fact]
    public void What_a_joint_crop_cannot_take_over_is_refused_by_name()
    {
        var crop = new ContrastiveCrop { OutputSize = new ImageSize(16, 12), Region = new ImageRegion(0.5, 0, 1, 1) };
        IDataView views = new AugmentationTransformer(new CropViewStep(crop, Views.Two, "Image", 7, null)).Transform(new RecordedImages(4));
        Says("ContrastiveCrop.Region", () => _context.Contrastive().Difficulty.ByBeta(views, Pixels()));
        Says("ContrastiveCrop.Region", () => _context.Contrastive().Difficulty.ByAreaRatio(views, Pixels()));
    }

    [Fact]
    public void An_exported_encoder_in_stock_steps_measures_the_same()
    {
        using ContrastiveEncoderTransformer encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);
        string path = Path.Combine(_folder.Path, "encoder.onnx");
        encoder.ExportToOnnx(path);
        IDataView views = Pipeline(false);
        var steps = _context.Transforms.ResizeImages("Resized", 24, 24, "Image", ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(_context.Transforms.ExtractPixels("image", "Resized"))
            .Append(_context.Transforms.ApplyOnnxModel(["features"], ["image"], path, new Dictionary<string, int[]> { ["image"] = [1, 3, 24, 24], ["features"] = [1, 64] }, gpuDeviceId: null, fallbackToCpu: false));
        ITransformer stock = steps.Fit(_context.Data.FilterRowsByColumn(new RecordedImages(1), "Value", lowerBound: 1));
        StatisticalDifficulty ours = _context.Contrastive().Difficulty.Measure(views, encoder), theirs = _context.Contrastive().Difficulty.Measure(views, stock, new() { EncoderOutputColumnName = "features" });
        Assert.Equal(ours.MeanCosine, theirs.MeanCosine, 4);
        Assert.Equal(ours.StandardError, theirs.StandardError, 4);
    }

    [Fact]
    public void Projections_are_those_of_the_kept_head_as_an_exported_file_gives_them()
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", workspace: null);
        (options.KeepProjector, options.Epochs) = (true, 2);
        using ContrastiveEncoderTransformer encoder = TinyPretraining.Fit(_folder.Path, options);
        string path = Path.Combine(_folder.Path, "projector.onnx");
        encoder.ExportToOnnx(path, new() { Projector = true });
        int side = encoder.ImageSize.Width;
        ITransformer stock = _context.Transforms.ResizeImages("Resized", side, side, "Image", ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(_context.Transforms.ExtractPixels("image", "Resized"))
            .Append(_context.Transforms.ApplyOnnxModel(["projection"], ["image"], path, new Dictionary<string, int[]> { ["image"] = [1, 3, side, side], ["projection"] = [1, encoder.ProjectionDimension!.Value] }, gpuDeviceId: null, fallbackToCpu: false))
            .Fit(_context.Data.FilterRowsByColumn(new RecordedImages(1), "Value", lowerBound: 1));
        IDataView views = Pipeline(false);
        DifficultyCatalog difficulty = _context.Contrastive().Difficulty;

        double projections = difficulty.Measure(views, encoder, new() { Projector = true }).MeanCosine;

        Assert.Equal(difficulty.Measure(views, stock, new() { EncoderOutputColumnName = "projection" }).MeanCosine, projections, 1e-4);
        Assert.NotEqual(difficulty.Measure(views, encoder).MeanCosine, projections, 1e-3);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        DifficultyCatalog difficulty = _context.Contrastive().Difficulty;
        IDataView views = Views.Crop().Transform(new RecordedImages(3));
        Says("Images is 1", () => difficulty.Measure(views, Pixels(), new() { Images = 1 }));
        Says("Epochs is 0", () => difficulty.Measure(views, Pixels(), new() { Epochs = 0 }));
        Says("FirstEpoch is -1", () => difficulty.Measure(views, Pixels(), new() { FirstEpoch = -1 }));
        Says("a pair has two different views", () => difficulty.Measure(views, Pixels(), new() { ViewColumnNames = ["View1"] }));
        Says("There is no column 'View3'", () => difficulty.Measure(views, Pixels(), new() { ViewColumnNames = ["View1", "View3"] }));
        Says("one view column, View1", () => difficulty.Measure(Views.Crop(["View1"]).Transform(new RecordedImages(3)), Pixels()));
        Says("No column is a view", () => difficulty.Measure(new RecordedImages(3), Pixels()));
        Says("fewer than two images", () => difficulty.Measure(Views.Crop().Transform(new RecordedImages(1)), Pixels()));
        using ContrastiveEncoderTransformer headless = ContrastiveEncoderTransformerTests.RandomEncoder(_context);
        Says("KeepProjector", () => difficulty.Measure(views, headless, new() { Projector = true }));
        Says("EncoderOutputColumnName", () => difficulty.ByBeta(views, Pixels(), options: new() { Projector = true }));
        Says("no vector of Single in a column 'Nothing'", () => difficulty.Measure(views, Pixels(), new() { EncoderOutputColumnName = "Nothing" }));
        ITransformer diverged = _context.Transforms.ExtractPixels("Features", "Image").Append(_context.Transforms.Expression("Features", "x => x / 0.0f", "Features")).Fit(Views.Crop(["Image"]).Transform(new RecordedImages(1)));
        Says("a view of row 0 a feature that is no finite number", () => difficulty.Measure(views, diverged));
        Says("not made by one random crop", () => difficulty.ByBeta(views, Pixels()));
        Says("Ratio is 6", () => difficulty.ByAreaRatio(Pipeline(false), Pixels(), [1, 6]));
        Says("in ascending order", () => difficulty.ByBeta(Pipeline(false), Pixels(), [1, 0]));
        Says("Beta is NaN", () => difficulty.ByBeta(Pipeline(false), Pixels(), [double.NaN]));
        Says("targetDifficulty is 1.5", () => difficulty.SuggestBeta(Pipeline(false), Pixels(), 1.5));
        Says("at least two", () => difficulty.SuggestBeta(Pipeline(false), Pixels(), 0.5, [0]));
        Says("picture1.jpg", () => difficulty.Measure(Views.Crop().Transform(new RecordedImages(3, broken: 1)), Pixels()));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => difficulty.Measure(views, Pixels(), new() { CancellationToken = cancelled.Token }));
    }

    [Fact]
    public void The_suggested_beta_has_the_difficulty_that_was_asked_for()
    {
        IDataView views = Gradients(100);
        ITransformer encoder = Pixels(128);
        DifficultyCatalog difficulty = _context.Contrastive().Difficulty;
        StatisticalDifficultyOptions options = new() { Epochs = 3 };
        double target = difficulty.ByBeta(views, encoder, [0.7], options).Points[0].Difficulty.MeanCosine;

        BetaSuggestion suggestion = difficulty.SuggestBeta(views, encoder, target, options: options);
        Assert.Equal(9, suggestion.Curve.Points.Count);
        Assert.InRange(suggestion.Beta!.Value, 0.7 - (3 * suggestion.StandardError!.Value), 0.7 + (3 * suggestion.StandardError.Value));
        double reached = difficulty.ByBeta(views, encoder, [suggestion.Beta.Value], options).Points[0].Difficulty.MeanCosine;
        Assert.Equal(target, reached, suggestion.Curve.Points[4].Difficulty.StandardError);
    }

    private static void Says(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<Exception>(act).Message);

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));

    /// <summary>An encoder whose features can be told by hand: the view's own pixels.</summary>
    private ImagePixelExtractingTransformer Pixels(float offset = 0) =>
        _context.Transforms.ExtractPixels("Features", "Image", offsetImage: offset).Fit(Views.Crop(["Image"]).Transform(new RecordedImages(1)));

    /// <summary>Crops of images that grow brighter to the right in red and downwards in green, so that the pixels of a view, less the middle grey, say where it is and how large.</summary>
    private IDataView Gradients(int count)
    {
        byte[] rgb = [.. Enumerable.Range(0, 64 * 64).SelectMany(p => (byte[])[(byte)(p % 64 * 4), (byte)(p / 64 * 4), 128])];
        IDataView images = new RenderedViews([.. Enumerable.Repeat(new RenderedView(rgb, 64, 64), count)], "Image");
        return _context.Transforms.RandomResizedCrop(["View1", "View2"], "Image", 8).Fit(images).Transform(images);
    }

    private float[][] Values(IDataView data, string column)
    {
        IDataView pixels = _context.Transforms.ExtractPixels("Values", column).Fit(data).Transform(data);
        return [.. pixels.GetColumn<float[]>("Values")];
    }

    private IDataView Pipeline(bool flipAndColor)
    {
        IDataView rows = _folder.Rows(_context);
        IDataView crops = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.RandomResizedCrop(["View1", "View2"], "Image", 24)).Fit(rows).Transform(rows);
        return !flipAndColor ? crops : _context.Transforms.RandomHorizontalFlip(Views.Two).Append(_context.Transforms.ColorJitter(Views.Two)).Fit(crops).Transform(crops);
    }
}
