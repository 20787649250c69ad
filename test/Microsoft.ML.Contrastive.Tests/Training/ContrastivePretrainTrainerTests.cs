using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;
using TorchSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class ContrastivePretrainTrainerTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 16);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_brings_images_of_a_class_together()
    {
        var epochs = new List<EpochMetrics>();
        using ContrastiveEncoderTransformer encoder = Fit(new() { Epochs = 20, MetricsCallback = epochs.Add });
        Assert.Equal(Enumerable.Range(1, 20), epochs.Select(e => e.Epoch));
        Assert.True(epochs[^1].Loss < epochs[0].Loss - 0.3, $"loss went from {epochs[0].Loss} to {epochs[^1].Loss}");
        Assert.True(epochs[^1].KnnAccuracy > 0.8, $"nearest neighbours of stripes in three directions: {epochs[^1].KnnAccuracy}");
        Assert.All(epochs, e => Assert.InRange(e.WaitingForData, 0, 1));
        Assert.InRange(epochs[^1].FeatureSpread, 0.1, 1.5);
        // Unrelated features are 2 apart.
        Assert.InRange(epochs[^1].Alignment, 0.001, 1);
        Assert.True(epochs[^1].Uniformity < epochs[0].Uniformity - 0.3, $"uniformity went from {epochs[0].Uniformity} to {epochs[^1].Uniformity}");
        Assert.Contains(FormattableString.Invariant($"alignment {epochs[^1].Alignment:0.000}  uniformity {epochs[^1].Uniformity:0.00}"), epochs[^1].ToString(), StringComparison.Ordinal);
        Assert.Equal(20 * 3, epochs[^1].Step);
    }

    [Fact]
    public void Every_step_is_told_with_its_place_in_training()
    {
        var steps = new List<StepMetrics>();
        var epochs = new List<EpochMetrics>();
        Fit(new() { Epochs = 2, StepCallback = steps.Add, MetricsCallback = epochs.Add }).Dispose();
        Assert.Equal([(1, 1, 1L), (1, 2, 2), (1, 3, 3), (2, 1, 4), (2, 2, 5), (2, 3, 6)], steps.Select(s => (s.Epoch, s.StepInEpoch, s.Step)));
        Assert.All(steps, s => Assert.Equal((2, 3L, 16), (s.Epochs, s.StepsPerEpoch, s.ImagesPerStep)));
        Assert.Equal(epochs.Select(e => e.Loss), steps.Chunk(3).Select(epoch => epoch.Average(s => s.Loss)), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_encoder_and_another_seed_another()
    {
        float[] first = Features(Fit(new() { Epochs = 2 })), again = Features(Fit(new() { Epochs = 2 })), other = Features(Fit(new() { Epochs = 2, Seed = 99 }));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Both_paths_train_to_the_same_encoder()
    {
        // All rows in one batch, so that the order of the rows, which differs between the paths, changes nothing but the rounding of sums; small steps, so
        // that training does not blow that up.
        ContrastivePretrainTrainer.Options Options() => new() { Epochs = 2, BatchSize = 48, Optimizer = new Sgd { LearningRate = 0.001 } };
        float[] fast = Features(Fit(Options()));
        var options = Options();
        options.ImageStorage = ImageStorage.ViewColumns;
        float rounding = LargestDifference(fast, Features(Fit(options)));
        float otherViews = LargestDifference(fast, Features(Fit(Options(), viewSeed: 77)));
        Assert.True(rounding < 0.05f * otherViews, $"between the paths {rounding}, with other views {otherViews}");
    }

    [Fact]
    public void A_column_with_the_name_of_the_labels_is_never_needed()
    {
        var epochs = new List<EpochMetrics>();
        IDataView unlabelled = _context.Transforms.DropColumns("Label").Fit(_folder.Rows(_context)).Transform(_folder.Rows(_context));
        using ContrastiveEncoderTransformer encoder = Fit(new() { Epochs = 1, MetricsCallback = epochs.Add }, unlabelled);
        Assert.Null(epochs.Single().KnnAccuracy);
    }

    [Fact]
    public void Cancelling_while_monitored_images_are_read_is_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        IDataView validation = _context.Data.FilterByCustomPredicate(_folder.Rows(_context), (ImageFolder.Row _) =>
        {
            stop.Cancel();
            return false;
        });
        validation = _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(validation).Transform(validation);
        Assert.ThrowsAny<OperationCanceledException>(() => Fit(new() { Epochs = 1, ValidationSet = validation, CancellationToken = stop.Token }));
    }

    [Fact]
    public void Cancelling_returns_the_encoder_so_far()
    {
        using var stop = new CancellationTokenSource();
        var epochs = new List<EpochMetrics>();
        using ContrastiveEncoderTransformer encoder = Fit(new()
        {
            Epochs = 1000,
            CancellationToken = stop.Token,
            MetricsCallback = e =>
            {
                epochs.Add(e);
                if (e.Epoch == 2)
                    stop.Cancel();
            },
        });
        Assert.Equal(2, epochs.Count);
        Assert.Equal(48 * encoder.FeatureDimension, Features(encoder).Length);
    }

    [Fact]
    public void Live_tensors_do_not_grow_over_200_steps()
    {
        var live = new List<long>();
        using ContrastiveEncoderTransformer encoder = Fit(new()
        {
            Epochs = 67,
            MonitoredImages = 8,
            MetricsCallback = e =>
            {
                if (e.Epoch is 2 or 67)
                    live.Add(torch.Tensor.TotalCount);
            },
        });
        // Fewer are possible: finalizers of earlier tests.
        Assert.True(live[1] <= live[0], $"{live[0]} tensors after epoch 2, {live[1]} after epoch 67");
    }

    [Fact]
    public void An_unreadable_image_is_skipped_or_thrown_by_option()
    {
        string corrupt = _folder.AddCorrupt();
        var log = new List<string>();
        _context.Log += (_, e) => log.Add(e.Message);
        Fit(new() { Epochs = 1 }).Dispose();
        Assert.Contains(log, m => m.Contains("corrupt.png", StringComparison.Ordinal));
        Assert.Contains(log, m => m.Contains("1 of 49 images", StringComparison.Ordinal));
        var thrown = Assert.ThrowsAny<Exception>(() => Fit(new() { Epochs = 1, UnreadableImages = UnreadableImages.Throw }));
        Assert.Contains(corrupt, thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_ask_to_be_turned_are_counted_and_named_once()
    {
        for (int i = 0; i < 2; i++)
            File.WriteAllBytes(Path.Combine(_folder.Path, "class0", $"turned{i}.jpg"), Imaging.EncodedImages.JpegWithOrientation(6));
        var log = new List<string>();
        _context.Log += (_, e) => log.Add(e.Message);
        Fit(new() { Epochs = 1 }).Dispose();
        string warning = Assert.Single(log, m => m.Contains("EXIF orientation", StringComparison.Ordinal));
        Assert.Contains("2 image(s)", warning, StringComparison.Ordinal);
        Assert.Contains("turned0.jpg", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_readable_images_for_a_batch_are_an_error_also_on_the_general_path()
    {
        foreach (string file in _folder.Files.Skip(10))
            File.WriteAllText(file, "no image");
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit(new() { Epochs = 1, ImageStorage = ImageStorage.ViewColumns }));
        Assert.Contains("no step of 16 images", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_epochs_give_the_initial_weights()
    {
        float[] untrained = Features(Fit(new() { Epochs = 0 }));
        Assert.Equal(untrained, Features(Fit(new() { Epochs = 0 })));
        Assert.NotEqual(untrained, Features(Fit(new() { Epochs = 1 })));
    }

    [Fact]
    public void Images_that_are_all_unreadable_are_an_error()
    {
        foreach (string file in _folder.Files)
            File.WriteAllText(file, "no image");
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit(new() { Epochs = 1 }));
        Assert.Contains("None of the 48 images", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_larger_than_the_data_is_refused_before_training()
    {
        var thrown = Assert.Throws<ArgumentException>(() => Fit(new() { BatchSize = 49 }));
        Assert.Contains("BatchSize is 49", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("48", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_and_says_what_to_try()
    {
        var thrown = Assert.Throws<NonFiniteLossException>(() => Fit(new() { Epochs = 50, Optimizer = new Sgd { LearningRate = 1e30 } }));
        Assert.Contains("lower learning rate", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_gpu_is_an_error_or_a_fallback_as_the_context_says()
    {
        var strict = new MLContext(seed: 1) { GpuDeviceId = 99, FallbackToCpu = false };
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit(new() { Epochs = 1 }, context: strict));
        Assert.Contains("GpuDeviceId is 99", thrown.Message, StringComparison.Ordinal);
        Fit(new() { Epochs = 1 }, context: new MLContext(seed: 1) { GpuDeviceId = 99, FallbackToCpu = true }).Dispose();
    }

    [Theory]
    [InlineData("Views", "View3")]
    [InlineData("ViewColumnNames", "Label")]
    [InlineData("InputColumnName", "Picture")]
    [InlineData("InputColumnName", "ImagePath")]
    public void A_missing_column_or_one_of_another_type_is_named(string option, string column)
    {
        var options = new ContrastivePretrainTrainer.Options { Epochs = 1 };
        if (option == "InputColumnName")
            options.InputColumnName = column;
        else
            options.ViewColumnNames = ["View1", column];
        var thrown = Assert.Throws<ArgumentException>(() => Fit(options));
        Assert.Contains($"'{column}'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Views_of_two_sizes_are_refused_for_a_method_without_multi_crop()
    {
        IDataView rows = _folder.Rows(_context);
        var pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.IndependentCrop(["View1"], "Image", imageSize: 24))
            .Append(_context.Transforms.IndependentCrop(["View2"], "Image", imageSize: 32));
        IDataView data = pipeline.Fit(rows).Transform(rows);
        var thrown = Assert.Throws<ArgumentException>(() => new ContrastivePretrainTrainer(_context, Small(new())).Fit(data));
        Assert.Contains("View1 24x24, View2 32x32", thrown.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, ContrastivePretrainTrainer.Options> BadOptions => new()
    {
        { "Epochs", new() { Epochs = -1 } },
        { "BatchSize", new() { BatchSize = 1 } },
        { "RenderThreads", new() { RenderThreads = 0 } },
        { "TorchThreads is 0", new() { TorchThreads = 0 } },
        { "ImageStorage is 9", new() { ImageStorage = (ImageStorage)9 } },
        { "ImageStorePath is ' '", new() { ImageStorePath = " " } },
        { "StoredShorterSide is 0", new() { StoredShorterSide = 0 } },
        { "MonitoredImages", new() { MonitoredImages = -1 } },
        { "ViewColumnNames", new() { ViewColumnNames = ["View1", "View1"] } },
        { "View", new() { ViewColumnNames = ["View1"] } },
        { "Temperature", new() { Method = new SimClr { Temperature = 0 } } },
        { "LearningRate", new() { Optimizer = new Sgd { LearningRate = -1 } } },
        { "LearningRate", new() { Optimizer = new Sgd { LearningRate = double.NaN } } },
        { "ImageSize", new() { ImageSize = new ImageSize(0, 32) } },
        { "ImageSize is 32x40000", new() { ImageSize = new ImageSize(32, 40000) } },
        { "InputColumnName", new() { InputColumnName = " " } },
        { "LabelColumnName", new() { LabelColumnName = "" } },
        { "UnreadableImages is 9", new() { UnreadableImages = (UnreadableImages)9 } },
        { "Normalization.Std is (1, 0, 1)", new() { Normalization = new((0, 0, 0), (1, 0, 1)) } },
        { "Normalization.Mean is (0, 0, NaN)", new() { Normalization = new((0, 0, float.NaN), (1, 1, 1)) } },
        { "8 × 2147483647", new() { BatchSize = 8, GradientAccumulationSteps = int.MaxValue } },
        { "BatchNormGroups is 5", new() { Method = new MoCo { BatchNormGroups = 5 }, BatchSize = 32 } },
        { "BatchNormGroups is 32", new() { Method = new MoCo { BatchNormGroups = 32 }, BatchSize = 32 } },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void A_setting_out_of_range_is_named_when_the_trainer_is_made(string option, ContrastivePretrainTrainer.Options options)
    {
        var thrown = Assert.ThrowsAny<ArgumentException>(() => new ContrastivePretrainTrainer(_context, options));
        Assert.Contains(option, thrown.Message, StringComparison.Ordinal);
    }

    private static ContrastivePretrainTrainer.Options Small(ContrastivePretrainTrainer.Options options)
    {
        if (options.Backbone == new ContrastivePretrainTrainer.Options().Backbone)
            options.Backbone = Backbone.ResNet18(Stem.Cifar, widthMultiplier: 0.125);
        if (options.BatchSize == 256)
            options.BatchSize = 16;
        if (options.Method == new SimClr())
            options.Method = new SimClr { Temperature = 0.5, ProjectionDimension = 32 };
        if (options.Optimizer.LearningRate == 0.25)
            options.Optimizer = new Sgd { LearningRate = 1 };
        return options;
    }

    private ContrastiveEncoderTransformer Fit(ContrastivePretrainTrainer.Options options, IDataView? rows = null, MLContext? context = null, int? viewSeed = null)
    {
        context ??= _context;
        rows ??= context.Contrastive().LoadImagesFromFolder(_folder.Path);
        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 24, seed: viewSeed))
            .Append(context.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4f, contrast: 0.4f, saturation: 0.4f, hue: 0.1f))
            .Append(context.Contrastive().Trainers.ContrastivePretrain(Small(options)));
        return pipeline.Fit(rows).LastTransformer;
    }

    private static float LargestDifference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private float[] Features(ContrastiveEncoderTransformer encoder)
    {
        IDataView rows = _folder.Rows(_context);
        IDataView images = _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
        return [.. encoder.Transform(images).GetColumn<float[]>("Features").SelectMany(f => f)];
    }
}
