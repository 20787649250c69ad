using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Tests.Methods;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class OnlineProbeTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 3, perClass: 16);
    private readonly MLContext _context = new(seed: 1);
    private readonly List<EpochMetrics> _epochs = [];

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("simclr")]
    [InlineData("mocov2")]
    [InlineData("byol")]
    [InlineData("dino accumulating")]
    public void Pretraining_is_the_same_to_the_last_bit_with_a_probe_and_without(string variant)
    {
        float[] without = Fit(variant);
        double[] losses = [.. _epochs.Select(e => e.Loss)];
        _epochs.Clear();
        float[] with = Fit(variant + " probed");
        Assert.Equal(without, with);
        Assert.Equal(losses, _epochs.Select(e => e.Loss));
        Assert.All(_epochs, e => Assert.NotNull(e.OnlineTrainingAccuracy));
    }

    [Theory]
    [InlineData(ImageStorage.Automatic)]
    [InlineData(ImageStorage.ViewColumns)]
    public void The_probe_learns_the_classes_of_the_training_views(ImageStorage storage)
    {
        Paint(_images);
        Fit("simclr probed", o => Easy(o).ImageStorage = storage);
        // A guess is right for a third. How far above, after so few steps, depends on the rounding of sums, and so on the number of threads.
        Assert.InRange(_epochs[^1].OnlineTrainingAccuracy!.Value, 0.7, 1);
        Assert.Null(_epochs[^1].OnlineValidationAccuracy);
        Assert.EndsWith(FormattableString.Invariant($"online {_epochs[^1].OnlineTrainingAccuracy:0.0%} (training views)"), _epochs[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_images_are_classified_where_there_are_some()
    {
        Paint(_images);
        // Two of the three classes, so that indices by order of appearance would not do.
        using var others = new ImageFolder(classes: 3, perClass: 8);
        Paint(others);
        Directory.Delete(Path.Combine(others.Path, "class0"), recursive: true);
        IDataView rows = _context.Contrastive().LoadImagesFromFolder(others.Path);
        IDataView validation = _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
        Fit("simclr probed", o => (Easy(o).ValidationSet, o.MonitoredImages) = (validation, 48));
        Assert.InRange(_epochs[^1].OnlineValidationAccuracy!.Value, 0.7, 1);
        Assert.EndsWith(FormattableString.Invariant($"online {_epochs[^1].OnlineValidationAccuracy:0.0%} (validation)"), _epochs[^1].ToString(), StringComparison.Ordinal);
    }

    /// <summary>From zero, all three classes are equally likely: the first gradient can be written down.</summary>
    [Fact]
    public void A_step_goes_along_the_mean_gradient_of_the_labelled_rows_of_all_views_and_micro_batches()
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        using var encoder = new TinyBackbone(Inputs: 4, Channels: 0, Hidden: 5).Create();
        var schedule = new TrainingSchedule(Epochs: 1, BatchSize: 3, GradientAccumulationSteps: 2, new Sgd(), new ConstantSchedule());
        using var probe = new OnlineProbeState(new OnlineProbe { LearningRate = 256.0 / 6 }, encoder, classes: 3, schedule, CPU);
        int[][] labels = [[2, RowLabels.Missing, 0], [1, 1, 2]];
        Tensor expected = zeros(3, 5);
        for (int microBatch = 0; microBatch < 2; microBatch++)
        {
            Tensor[] views = [encoder.call(Rows.Random(3, 4, seed: microBatch)), encoder.call(Rows.Random(3, 4, seed: 10 + microBatch))];
            encoder.eval();
            encoder.call(Rows.Random(3, 4, seed: 99)); // a measurement
            encoder.train();
            foreach ((int row, int label) in labels[microBatch].Index().Where(l => l.Item != RowLabels.Missing))
            {
                Tensor towards = full(3, -1f / 3);
                towards[label] += 1;
                expected += views.Select(view => towards.outer(view[row].detach())).Aggregate((a, b) => a + b) / (2 * labels[microBatch].Count(l => l >= 0) * 2);
            }

            probe.Learn(labels[microBatch], new TrainingPosition(0, 1, 1, microBatch, 2));
        }

        Tensor weight = probe.State.Single(s => s.Name == "weight").Tensor;
        Assert.All(expected.ToFloats().Zip(weight.ToFloats()), w => Assert.Equal(w.First, w.Second, 1e-5));
        Assert.Equal(10, probe.State.Single(s => s.Name == "right_and_all").Tensor[1].item<long>());
    }

    [Fact]
    public void The_best_epoch_may_be_told_by_it()
    {
        Fit("simclr probed", o => (o.BestEpochMetric, o.RestoreBestWeights) = (EpochMetric.OnlineAccuracy, true));
        var thrown = Assert.Throws<ArgumentException>(() => Fit("simclr", o => o.BestEpochMetric = EpochMetric.OnlineAccuracy));
        Assert.Contains("no online probe", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_missing_are_named_before_training()
    {
        Assert.Contains("LabelColumnName is null", Assert.Throws<ArgumentException>(() => Fit("simclr probed", o => o.LabelColumnName = null)).Message, StringComparison.Ordinal);
        Assert.Contains("LabelColumnName names the column 'Class', which the data does not have", Assert.Throws<ArgumentException>(() => Fit("simclr probed", o => o.LabelColumnName = "Class")).Message, StringComparison.Ordinal);
        foreach (string folder in new[] { "class1", "class2" })
            Directory.Delete(Path.Combine(_images.Path, folder), recursive: true);
        Assert.Contains("has 1", Assert.Throws<ArgumentException>(() => Fit("simclr probed")).Message, StringComparison.Ordinal);
        Assert.Contains("OnlineProbe.LearningRate is 0", Assert.Throws<ArgumentOutOfRangeException>(() => Fit("simclr", o => o.OnlineProbe = new() { LearningRate = 0 })).Message, StringComparison.Ordinal);
        Assert.Empty(_epochs);
    }

    /// <summary>Features that hardly move.</summary>
    private static ContrastivePretrainTrainer.Options Easy(ContrastivePretrainTrainer.Options options)
    {
        (options.Epochs, options.Optimizer) = (12, new Sgd { LearningRate = 0.01 });
        return options;
    }

    /// <summary>Gives each class a colour.</summary>
    private static void Paint(ImageFolder images)
    {
        foreach (string file in images.Files)
        {
            using var bitmap = new SKBitmap(40, 32);
            bitmap.Erase(new[] { SKColors.Red, SKColors.Lime, SKColors.Blue }[Path.GetFileName(Path.GetDirectoryName(file))![^1] - '0']);
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(file, png.ToArray());
        }
    }

    private float[] Fit(string variant, Action<ContrastivePretrainTrainer.Options>? change = null)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(variant, workspace: null);
        options.MetricsCallback = _epochs.Add;
        change?.Invoke(options);
        using var encoder = TinyPretraining.Fit(_images.Path, options);
        return TinyPretraining.Features(_images.Path, encoder);
    }
}
