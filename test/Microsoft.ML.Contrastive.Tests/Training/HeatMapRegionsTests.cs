using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>ContrastiveCrop's boxes in training: made when they are due, of the encoder as it is then, and followed by the views.</summary>
public sealed class HeatMapRegionsTests : IDisposable
{
    private static readonly ImageSize Size = new(24, 24);

    private readonly ImageFolder _folder = new(classes: 2, perClass: 6);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Boxes_are_those_of_torchs_own_interpolation_and_the_views_follow_them()
    {
        using StoredViewSource source = Open(Views(everyEpochs: 2));
        random.manual_seed(3);
        using TrainingModule method = new SimClr { ProjectionDimension = 16 }.Create(Backbone.Parse("resnet10-cifar-w0.125"));
        using HeatMapRegions boxes = HeatMapRegions.Of(source, method, Size, CPU)!;

        float[] before = FirstBatch(source, epoch: 2);
        foreach (TrainingProgress early in (TrainingProgress[])[default, new(1, 0, 3, 0), new(1, 2, 5, 0)])
        {
            boxes.Before(early);
            Assert.Null(source.Regions);
        }

        boxes.Before(new TrainingProgress(2, 0, 6, 0));
        Assert.Equal(12, source.Regions!.Length);
        Assert.Equal(Reference(source, method), source.Regions);
        Assert.True(source.Regions.Distinct().Count() > 6, "Images have boxes of their own.");
        Assert.NotEqual(before, FirstBatch(source, epoch: 2));

        // Within the interval they stay, though the encoder moves on.
        ImageRegion[] made = source.Regions;
        foreach (Tensor parameter in method.parameters())
            using (no_grad())
                parameter.mul_(-1.5f);
        boxes.Before(new TrainingProgress(3, 0, 9, 0));
        Assert.Equal(made, source.Regions);
        boxes.Before(new TrainingProgress(4, 0, 12, 0));
        Assert.NotEqual(made, source.Regions);
    }

    [Fact]
    public void A_training_with_boxes_runs_through_the_catalogue()
    {
        using ContrastiveEncoderTransformer encoder = Fit(new() { Backbone = Backbone.Parse("resnet10-cifar-w0.125"), Epochs = 3 });
        Assert.Equal(64, encoder.FeatureDimension);
    }

    [Fact]
    public void Views_that_are_read_through_cursors_are_refused_before_training()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Fit(new() { Backbone = Backbone.Parse("resnet10-cifar-w0.125"), ImageStorage = ImageStorage.ViewColumns }));
        Assert.Contains("HeatMaps", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backbone_without_a_feature_map_is_refused_before_training()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Fit(new() { Backbone = Backbone.VisionTransformerTiny(imageSize: 32) }));
        Assert.Contains("vit-tiny-16-32px has none", refusal.Message, StringComparison.Ordinal);
    }

    private ContrastiveEncoderTransformer Fit(ContrastivePretrainTrainer.Options options)
    {
        options.Method = new SimClr { ProjectionDimension = 16 };
        options.BatchSize = 4;
        options.ImageSize = Size;
        IDataView rows = _context.Contrastive().LoadImagesFromFolder(_folder.Path);
        return _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.ContrastiveCrop(["View1", "View2"], "Image", imageSize: 24, alpha: 0.1, heatMapsEveryEpochs: 1))
            .Append(_context.Contrastive().Trainers.ContrastivePretrain(options)).Fit(rows).LastTransformer;
    }

    private IDataView Views(int everyEpochs)
    {
        IDataView rows = _folder.Rows(_context);
        return _context.Transforms.LoadImages("Image", null, "ImagePath").Append(_context.Transforms.CropViews(["View1", "View2"], "Image", new JointCrop
        {
            OutputSize = Size,
            PositionAlpha = 0.1,
            HeatMaps = new HeatMapBoxes { EveryEpochs = everyEpochs, Threshold = 0.4 },
        })).Fit(rows).Transform(rows);
    }

    private StoredViewSource Open(IDataView data)
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        IChannel channel = ((IHostEnvironment)_context).Register("test").Start("test");
        return Assert.IsType<StoredViewSource>(ViewSources.Open(
            data, [data.Schema["View1"], data.Schema["View2"]], new ContrastivePretrainTrainer.Options(), seed: 1, CPU, new ImageErrors(UnreadableImages.Skip, channel), channel));
    }

    private static float[] FirstBatch(StoredViewSource source, long epoch)
    {
        using var batch = new ViewBatch(source.ViewSizes, 12);
        using IViewEpochReader reader = source.Open(epoch);
        Assert.True(reader.Fill(batch));
        return [.. batch.Pixels(0, 0)];
    }

    /// <summary>The authors' <c>update_box</c>, operation by operation.</summary>
    private static ImageRegion[] Reference(StoredViewSource source, TrainingModule method)
    {
        StoredViewSource whole = source.WholeImages(Size);      // lives as long as its source
        using var batch = new ViewBatch([Size], 1);
        using IDisposable noGradients = no_grad();
        method.eval();
        var regions = new List<ImageRegion>();
        for (int row = 0; row < source.RowCount; row++)
        {
            using DisposeScope scope = NewDisposeScope();
            Assert.True(whole.TryRender(row, 0, batch, 0));
            Tensor map = method.Encoder.FeatureMap(batch.Views[0]).sum(1, keepdim: true);
            map -= map.min();
            map /= map.max();
            Tensor enlarged = nn.functional.interpolate(map, [Size.Height, Size.Width], mode: InterpolationMode.Bilinear, align_corners: false)[0, 0];
            (long top, long bottom) = Ends(enlarged.amax([1]));
            (long left, long right) = Ends(enlarged.amax([0]));
            float Fraction(long pixel) => pixel / 24f;
            regions.Add(new(Fraction(top), Fraction(left), Fraction(bottom), Fraction(right)));
        }

        return [.. regions];

        static (long, long) Ends(Tensor line) => line.gt(0.4).nonzero().flatten() is var hot ? (hot[0].item<long>(), hot[-1].item<long>()) : default;
    }
}
