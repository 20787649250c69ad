using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;
using static Microsoft.ML.Contrastive.Tests.Training.TinyClassification;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class SupervisedTrainerTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 16);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_learns_classes_and_its_output_is_evaluated_as_it_is()
    {
        using var others = new ImageFolder(classes: 3, perClass: 10, seed: 2);
        var epochs = new List<EpochMetrics>();
        SupervisedTrainer.Options options = Options(o => (o.Epochs, o.ValidationSet, o.MetricsCallback) = (16, Loaded(_context, others), epochs.Add));
        var model = Pipeline(_context, options).Fit(_folder.Rows(_context));

        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(model.Transform(others.Rows(_context)));
        Assert.True(metrics.MicroAccuracy > 0.8, $"stripes in three directions: {metrics.MicroAccuracy}");
        Assert.True(epochs[^1].Loss < epochs[0].Loss / 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_epoch_reports_the_accuracy_that_the_classifier_then_has_on_the_validation_set(bool keyed)
    {
        using var others = new ImageFolder(classes: 3, perClass: 5, seed: 2);
        var epochs = new List<EpochMetrics>();
        // The validation set's labels are text in either case.
        SupervisedTrainer.Options options = Options(o => (o.Epochs, o.ValidationSet, o.MetricsCallback) = (8, Loaded(_context, others), epochs.Add));
        ImageClassifierTransformer classifier = Fit(_folder, options, keyed);

        IDataView output = classifier.Transform(Loaded(_context, others));
        double right = output.GetColumn<string>("PredictedLabel").Zip(output.GetColumn<string>("Label")).Average(p => p.First == p.Second ? 1.0 : 0.0);
        Assert.Equal(right, epochs[^1].ValidationAccuracy!.Value, 1e-9);
        Assert.True(right > 0.4, $"{right}");
        Assert.Contains("top-1", epochs[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_a_class_that_training_does_not_know_count_as_wrong()
    {
        using var more = new ImageFolder(classes: 4, perClass: 5, seed: 2);
        foreach (string file in more.Files.Where(f => !f.Contains("class3", StringComparison.Ordinal)))
            File.Delete(file);
        var epochs = new List<EpochMetrics>();
        Fit(_folder, Options(o => (o.Epochs, o.ValidationSet, o.MetricsCallback) = (1, Loaded(_context, more), epochs.Add)), keyed: false).Dispose();
        Assert.Equal(0, epochs[0].ValidationAccuracy);
    }

    [Fact]
    public void Cross_validation_works()
    {
        var folds = _context.MulticlassClassification.CrossValidate(_folder.Rows(_context), Pipeline(_context, Options(o => (o.Epochs, o.MonitoredImages) = (16, 0))), numberOfFolds: 2);
        Assert.Equal(2, folds.Count);
        Assert.All(folds, f => Assert.True(f.Metrics.MicroAccuracy > 0.6, $"{f.Metrics.MicroAccuracy}"));
    }

    [Fact]
    public void Classes_are_a_keys_values_in_its_order_or_texts_in_ordinal_order()
    {
        string[] order = ["class2", "absent", "class0", "class1"];
        IDataView keys = _context.Data.LoadFromEnumerable(order.Select(name => new ImageFolder.Row { Label = name }));
        IDataView rows = _context.Transforms.Conversion.MapValueToKey("Label", keyData: _context.Transforms.SelectColumns("Label").Fit(keys).Transform(keys))
            .Fit(_folder.Rows(_context)).Transform(_folder.Rows(_context));
        using ImageClassifierTransformer keyed = Pipeline(_context, Options(o => o.Epochs = 0), keyed: false).Fit(rows).LastTransformer;
        using ImageClassifierTransformer texts = Fit(_folder, Options(o => o.Epochs = 0), keyed: false);
        Assert.Equal(order, keyed.ClassNames);
        Assert.Equal(["class0", "class1", "class2"], texts.ClassNames);
    }

    [Fact]
    public void Fine_tuning_starts_at_exactly_the_pretrained_weights_with_their_network_and_normalisation()
    {
        using ContrastiveEncoderTransformer encoder = Pretrained(PixelNormalization.UnitRange);
        byte[] pretrained = WeightsOf(encoder);
        using ImageClassifierTransformer untrained = Fit(_folder, FineTuning(encoder, o => o.Epochs = 0));
        Assert.Equal(pretrained, WeightsOf(untrained));
        Assert.Equal(PixelNormalization.UnitRange, untrained.Encoder.Network.Normalization);

        using ImageClassifierTransformer trained = Fit(_folder, FineTuning(encoder, o => o.Epochs = 1));
        Assert.NotEqual(pretrained, WeightsOf(trained));
        Assert.Equal(pretrained, WeightsOf(encoder));
    }

    [Fact]
    public void Factor_0_leaves_the_encoder_to_the_bit_and_trains_the_classifier()
    {
        using ContrastiveEncoderTransformer encoder = Pretrained(PixelNormalization.ImageNet);
        var epochs = new List<EpochMetrics>();
        using ImageClassifierTransformer classifier = Fit(_folder, FineTuning(encoder, o => (o.EncoderLearningRateFactor, o.Epochs, o.MetricsCallback) = (0, 6, epochs.Add)));
        Assert.Equal(WeightsOf(encoder), WeightsOf(classifier));
        Assert.True(epochs[^1].Loss < 0.9 * epochs[0].Loss, $"{epochs[0].Loss} → {epochs[^1].Loss}");
    }

    [Fact]
    public void The_trained_pipeline_opens_with_stock_packages_and_gives_the_same()
    {
        var model = Pipeline(_context, Options(o => o.Epochs = 2)).Fit(_folder.Rows(_context));
        using var file = new MemoryStream();
        _context.Model.Save(model, _folder.Rows(_context).Schema, file);
        file.Position = 0;
        IDataView expected = model.Transform(_folder.Rows(_context)), actual = new MLContext().Model.Load(file, out _).Transform(_folder.Rows(_context));
        Assert.Equal(expected.GetColumn<string>("PredictedLabel"), actual.GetColumn<string>("PredictedLabel"));
        foreach ((float[] one, float[] other) in expected.GetColumn<float[]>("Score").Zip(actual.GetColumn<float[]>("Score")))
            Assert.All(one.Zip(other), p => Assert.InRange(p.Second, p.First - 1e-4f, p.First + 1e-4f));
        Assert.InRange(model.LastTransformer.ExportToOnnx(Stream.Null).LargestDeviation, 0, 1e-4);
    }

    [Fact]
    public void Rows_without_a_label_are_counted_named_once_and_left_out()
    {
        var messages = new List<string>();
        _context.Log += (_, e) => messages.Add(e.Message);
        IDataView rows = Relabelled((label, i) => i is 3 or 7 ? "" : label);
        using ImageClassifierTransformer classifier = Pipeline(_context, Options(o => o.BatchSize = 46), keyed: false).Fit(rows).LastTransformer;
        Assert.Equal(["class0", "class1", "class2"], classifier.ClassNames);
        string warning = Assert.Single(messages, m => m.Contains("no label", StringComparison.Ordinal));
        Assert.Contains("2 of 48 rows have no label in the column 'Label'", warning, StringComparison.Ordinal);
        Assert.Contains("003.png", warning, StringComparison.Ordinal);
        Assert.Contains(messages, m => m.Contains("on 46 images", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ImageStorage.ViewColumns)]
    [InlineData(ImageStorage.Automatic)]
    public void Labels_stay_with_their_rows_where_some_have_none(ImageStorage storage)
    {
        // Of each class half the labels are missing; were the others shifted, training could not tell the classes apart.
        // Shuffled, as batches that cursors fill in the order of the folders would be of one class each.
        IDataView rows = _context.Data.ShuffleRows(Relabelled((label, i) => i % 2 == 0 ? "" : label), seed: 1);
        var model = Pipeline(_context, Options(o => (o.Epochs, o.ImageStorage) = (24, storage)), keyed: false).Fit(rows);
        IDataView output = model.Transform(_folder.Rows(_context));
        double right = output.GetColumn<string>("PredictedLabel").Zip(output.GetColumn<string>("Label")).Average(p => p.First == p.Second ? 1.0 : 0.0);
        Assert.True(right > 0.7, $"{right}");
    }

    [Fact]
    public void Rows_that_cannot_be_shuffled_are_told_with_what_to_do()
    {
        var messages = new List<string>();
        _context.Log += (_, e) => messages.Add(e.Message);
        IDataView rows = _folder.Rows(_context);
        IEstimator<ITransformer> training = Pipeline(_context, Options(o => (o.Epochs, o.ImageStorage) = (1, ImageStorage.ViewColumns)), keyed: false);
        training.Fit(_context.Data.ShuffleRows(rows, seed: 1));
        Assert.DoesNotContain(messages, m => m.Contains("cannot be shuffled", StringComparison.Ordinal));
        training.Fit(rows);
        Assert.Contains(messages, m => m.Contains("cannot be shuffled", StringComparison.Ordinal) && m.Contains("ShuffleRows", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_to_tell_apart_is_an_error_before_training()
    {
        AssertRefused("None of the 48 rows has a label in the column 'Label'", Relabelled((_, _) => ""));
        AssertRefused("All 48 rows with a label are of the class 'all'", Relabelled((_, _) => "all"));
        AssertRefused("The label column 'Class' is missing", _folder.Rows(_context), o => o.LabelColumnName = "Class");
        AssertRefused("BatchSize is 64, but there are only 48 readable images", _folder.Rows(_context), o => o.BatchSize = 64);
        AssertRefused("View1", _folder.Rows(_context), o => o.ViewColumnNames = ["View1", "View2"]);
    }

    [Fact]
    public void An_unreadable_image_is_skipped_or_thrown()
    {
        _folder.AddCorrupt();
        Fit(_folder, Options(o => o.Epochs = 1)).Dispose();
        Assert.Contains("corrupt.png", Assert.Throws<InvalidOperationException>(() => Fit(_folder, Options(o => o.UnreadableImages = UnreadableImages.Throw))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops() =>
        Assert.Throws<NonFiniteLossException>(() => Fit(_folder, Options(o => (o.Epochs, o.Optimizer) = (50, new Sgd { LearningRate = 1e30 }))));

    [Fact]
    public void The_best_epochs_classifier_is_the_best_epochs_also_in_its_head()
    {
        // At such a rate the validation accuracy jumps about; the handed-out classifier has that of the best epoch only if encoder and head are both of that epoch.
        using var others = new ImageFolder(classes: 3, perClass: 10, seed: 2);
        var epochs = new List<EpochMetrics>();
        using ImageClassifierTransformer classifier = Fit(_folder, Options(o =>
            (o.Epochs, o.Optimizer, o.LearningRateSchedule, o.ValidationSet, o.RestoreBestWeights, o.MetricsCallback) =
            (8, new Sgd { LearningRate = 3 }, new ConstantSchedule(), Loaded(_context, others), true, epochs.Add)), keyed: false);
        EpochMetrics best = epochs.MaxBy(e => e.ValidationAccuracy)!;
        Assert.NotEqual(epochs[^1].ValidationAccuracy, best.ValidationAccuracy);
        IDataView output = classifier.Transform(Loaded(_context, others));
        double right = output.GetColumn<string>("PredictedLabel").Zip(output.GetColumn<string>("Label")).Average(p => p.First == p.Second ? 1.0 : 0.0);
        Assert.Equal(best.ValidationAccuracy!.Value, right, 1e-9);
        Assert.Equal(best.Epoch, classifier.Encoder.TrainedEpochs);
    }

    public static TheoryData<string, SupervisedTrainer.Options> BadOptions => new()
    {
        { "Epochs", new() { Epochs = -1 } },
        { "LabelColumnName", new() { LabelColumnName = null } },
        { "ScoreColumnName", new() { ScoreColumnName = "" } },
        { "must differ", new() { ScoreColumnName = "Features" } },
        { "must differ", new() { PredictedLabelColumnName = "Label" } },
        { "ViewColumnNames is empty", new() { ViewColumnNames = [] } },
        { "LabelSmoothing", new() { LabelSmoothing = 1 } },
        { "LabelSmoothing", new() { LabelSmoothing = double.NaN } },
        { "EncoderLearningRateFactor", new() { EncoderLearningRateFactor = -0.1 } },
        { "EncoderLearningRateFactor", new() { EncoderLearningRateFactor = double.PositiveInfinity } },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void A_setting_out_of_range_is_named_when_the_trainer_is_made(string said, SupervisedTrainer.Options options) =>
        Assert.Contains(said, Assert.ThrowsAny<ArgumentException>(() => new SupervisedTrainer(_context, options)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_network_that_contradicts_the_initial_encoder_is_refused()
    {
        using ContrastiveEncoderTransformer encoder = Pretrained(PixelNormalization.ImageNet);
        Assert.Contains("Backbone is resnet50, but", Assert.Throws<ArgumentException>(() => new SupervisedTrainer(_context, FineTuning(encoder, o => o.Backbone = Backbone.ResNet50()))).Message, StringComparison.Ordinal);
        Assert.Contains("Normalization is", Assert.Throws<ArgumentException>(() => new SupervisedTrainer(_context, FineTuning(encoder, o => o.Normalization = PixelNormalization.UnitRange))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_that_was_disposed_is_refused()
    {
        ContrastiveEncoderTransformer encoder = Pretrained(PixelNormalization.ImageNet);
        encoder.Dispose();
        Assert.Contains("InitialEncoder has been disposed", Assert.Throws<ArgumentException>(() => new SupervisedTrainer(_context, FineTuning(encoder, _ => { }))).Message, StringComparison.Ordinal);

        encoder = Pretrained(PixelNormalization.ImageNet);
        var training = Pipeline(_context, FineTuning(encoder, _ => { }));
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => training.Fit(_folder.Rows(_context)));
    }

    [Fact]
    public void Each_of_several_views_is_an_example()
    {
        SupervisedTrainer.Options options = Options(o => (o.Epochs, o.ViewColumnNames) = (8, ["View1", "View2"]));
        var model = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.RandomResizedCrop(["View1", "View2"], "Image", imageSize: 16))
            .Append(_context.Contrastive().Trainers.SupervisedClassification(options)).Fit(_folder.Rows(_context));
        IDataView output = model.Transform(_folder.Rows(_context));
        double right = output.GetColumn<string>("PredictedLabel").Zip(output.GetColumn<string>("Label")).Average(p => p.First == p.Second ? 1.0 : 0.0);
        Assert.True(right > 0.7, $"{right}");
    }

    [Fact]
    public void Validation_accuracy_without_a_validation_set_is_refused_as_a_measure() =>
        Assert.Contains("ValidationSet", Assert.Throws<ArgumentException>(() => Fit(_folder, Options(o => o.BestEpochMetric = EpochMetric.ValidationAccuracy))).Message, StringComparison.Ordinal);

    private static SupervisedTrainer.Options FineTuning(ContrastiveEncoderTransformer encoder, Action<SupervisedTrainer.Options> change) => Options(o =>
    {
        o.Backbone = new SupervisedTrainer.Options().Backbone;
        o.InitialEncoder = encoder;
        change(o);
    });

    private ContrastiveEncoderTransformer Pretrained(PixelNormalization normalization)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", null);
        (options.Epochs, options.Normalization) = (2, normalization);
        return TinyPretraining.Fit(_folder.Path, options);
    }

    private void AssertRefused(string said, IDataView rows, Action<SupervisedTrainer.Options>? change = null) =>
        Assert.Contains(said, Assert.Throws<ArgumentException>(() => Pipeline(_context, Options(change), keyed: false).Fit(rows)).Message, StringComparison.Ordinal);

    private IDataView Relabelled(Func<string, int, string> label) => _context.Data.LoadFromEnumerable(_folder.Files.Select((f, i) => new ImageFolder.Row
    {
        ImagePath = f,
        Label = label(Path.GetFileName(Path.GetDirectoryName(f))!, i),
    }));
}
