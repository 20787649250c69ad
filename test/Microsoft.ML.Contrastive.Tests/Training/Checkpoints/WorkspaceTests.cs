using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Tests.Training.Checkpoints;

public sealed class WorkspaceTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 8);
    private readonly string _workspace = Path.Combine(Directory.CreateTempSubdirectory("contrastive-").FullName, "run");

    private string Last => Path.Combine(_workspace, "checkpoints", "last");

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(Path.GetDirectoryName(_workspace)!, recursive: true);
    }

    [Fact]
    public void A_run_leaves_checkpoints_metrics_and_a_log()
    {
        var epochs = new List<EpochMetrics>();
        Fit(o => o.MetricsCallback = epochs.Add);
        int best = epochs.MaxBy(e => e.KnnAccuracy)!.Epoch;
        CheckpointState last = Checkpoint.ReadState(Last), bestState = Checkpoint.ReadState(Path.Combine(_workspace, "checkpoints", "best"));
        Assert.Equal((2, best), (last.Progress.Epoch, last.BestEpoch));
        Assert.Equal(best, bestState.Progress.Epoch);
        Assert.Equal(epochs, last.Metrics);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_workspace, "metrics.jsonl")).Length);
        Assert.Contains("epoch 2/2", File.ReadAllText(Path.Combine(_workspace, "train.log")), StringComparison.Ordinal);
        Assert.Equal(["best", "last"], Directory.EnumerateDirectories(Path.Combine(_workspace, "checkpoints")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_workspace_with_a_run_is_refused_unless_it_shall_resume()
    {
        Fit();
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit());
        Assert.Contains(_workspace, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Resume = true", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_an_empty_one_and_one_without_a_checkpoint_just_start()
    {
        foreach (string metrics in new[] { "", "of a run that was killed before its first checkpoint" })
        {
            if (metrics != "")
            {
                Directory.Delete(_workspace, recursive: true);
                Directory.CreateDirectory(_workspace);
                File.WriteAllText(Path.Combine(_workspace, "metrics.jsonl"), metrics);
                Assert.Throws<InvalidOperationException>(() => Fit());
            }

            Fit(o => o.Resume = true);
            Assert.Equal(2, Checkpoint.ReadState(Last).Metrics.Count);
            Assert.Equal(2, File.ReadAllLines(Path.Combine(_workspace, "metrics.jsonl")).Length);
        }
    }

    [Fact]
    public void Another_configuration_is_refused_with_each_difference()
    {
        Fit();
        AssertRefused("Method.Temperature: 0.1 → 0.25", o => o.Method = ((SimClr)o.Method) with { Temperature = 0.25 });
        AssertRefused("Optimizer.LearningRate: 0.5 → 0.125", o => o.Optimizer = o.Optimizer with { LearningRate = 0.125 });
        AssertRefused("Optimizer: Sgd → AdamW", o => o.Optimizer = new AdamW());
        AssertRefused("LearningRateSchedule.WarmupEpochs: 1 → 0", o => o.LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0 });
        AssertRefused("BatchSize: 8 → 4", o => o.BatchSize = 4);
        AssertRefused("Epochs: 2 → 3", o => o.Epochs = 3);
        AssertRefused("Backbone: resnet10-cifar-w0.125 → resnet10-cifar-w0.25", o => o.Backbone = Backbone.Parse("resnet10-cifar-w0.25"));
        AssertRefused("Seed: 1 → 2", o => o.Seed = 2);
        AssertRefused("Data.Path: rendered → cursors", o => o.ImageStorage = ImageStorage.ViewColumns);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => Fit(o => o.Resume = true, seed: 7));
        Assert.Contains("Plan1.Seed: ", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>However deep a setting lies: here in the law of a distribution of a step of the plan, and in a law that somebody else wrote.</summary>
    [Fact]
    public void Views_made_in_another_way_are_refused_with_the_difference()
    {
        FitWithLaw(new SomeonesLaw { Width = 0.5 });
        FitWithLaw(new SomeonesLaw { Width = 0.5 });
        var thrown = Assert.Throws<InvalidOperationException>(() => FitWithLaw(new SomeonesLaw { Width = 0.25 }));
        Assert.Contains("Width: 0.5 → 0.25", thrown.Message, StringComparison.Ordinal);
        thrown = Assert.Throws<InvalidOperationException>(() => FitWithLaw(new SomeonesLaw { Width = 0.5 }, hue: 0.2));
        Assert.Contains("Hue: 0.1 → 0.2", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_that_throws_loses_nothing()
    {
        Assert.Throws<TimeoutException>(() => Fit(o => o.MetricsCallback = e => throw new TimeoutException()));
        Assert.Equal(1, Checkpoint.ReadState(Last).Progress.Epoch);
    }

    [Fact]
    public void Cancelling_takes_a_checkpoint_whatever_the_interval()
    {
        using var stop = new CancellationTokenSource();
        Fit(o => (o.Epochs, o.CheckpointEveryEpochs, o.CancellationToken, o.MetricsCallback) = (9, 5, stop.Token, e =>
        {
            if (e.Epoch == 2)
                stop.Cancel();
        }
        ));
        Assert.Equal(2, Checkpoint.ReadState(Last).Progress.Epoch);
    }

    [Fact]
    public void What_does_not_change_the_weights_may_differ()
    {
        Fit();
        Fit(o => (o.Resume, o.RenderThreads, o.ImageStorage, o.MonitoredImages, o.CheckpointEveryEpochs, o.CheckpointEverySteps) = (true, 1, ImageStorage.Streaming, 4, 5, 1));
    }

    [Theory]
    [InlineData(ImageStorage.Automatic)]
    [InlineData(ImageStorage.ViewColumns)]
    public void Other_data_are_refused(ImageStorage storage)
    {
        Fit(o => o.ImageStorage = storage);
        // As many images, the last of another look.
        using var others = new ImageFolder(classes: 2, perClass: 8, seed: 2);
        string replaced = _images.Files[storage == ImageStorage.Automatic ? 5 : 0];
        File.Copy(others.Files[0], replaced, overwrite: true);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => Fit(o => (o.Resume, o.ImageStorage) = (true, storage)));
        Assert.Contains("Data.Content: ", thrown.Message, StringComparison.Ordinal);
        File.Delete(replaced);
        thrown = Assert.Throws<InvalidOperationException>(() => Fit(o => (o.Resume, o.ImageStorage) = (true, storage)));
        Assert.Contains("Data.Images: 16 → 15", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_written_checkpoint_is_ignored_and_cleared_away()
    {
        Fit();
        Directory.CreateDirectory(Last + ".new");
        File.WriteAllText(Path.Combine(Last + ".new", "state.json"), "{ \"Versi");
        Fit(o => o.Resume = true);
        Assert.False(Directory.Exists(Last + ".new"));
    }

    [Fact]
    public void A_process_that_ended_between_two_renames_has_lost_nothing()
    {
        Fit();
        Directory.Move(Last, Last + ".previous");
        Assert.Throws<InvalidOperationException>(() => Fit());
        var epochs = new List<EpochMetrics>();
        Fit(o => (o.Resume, o.MetricsCallback) = (true, epochs.Add));
        Assert.Empty(epochs);
        Assert.True(Directory.Exists(Last));
    }

    [Fact]
    public void A_damaged_checkpoint_is_an_error_that_names_its_file()
    {
        Fit();
        string tensors = Path.Combine(Last, "state.safetensors"), state = Path.Combine(Last, "state.json");
        using (FileStream file = File.OpenWrite(tensors))
            file.SetLength(file.Length - 1);
        Assert.Contains(tensors, Assert.Throws<InvalidDataException>(() => Fit(o => o.Resume = true)).Message, StringComparison.Ordinal);
        File.Delete(tensors);
        Assert.Contains(tensors, Assert.Throws<InvalidDataException>(() => Fit(o => o.Resume = true)).Message, StringComparison.Ordinal);
        string nothing = Regex.Replace(File.ReadAllText(state), "\"Metrics\": \\[.*\\]", "\"Metrics\": null", RegexOptions.Singleline);
        foreach (string damaged in new[] { "{ \"Versi", nothing })
        {
            File.WriteAllText(state, damaged);
            Assert.Contains(state, Assert.Throws<InvalidDataException>(() => Fit(o => o.Resume = true)).Message, StringComparison.Ordinal);
        }

        File.Delete(state);
        Assert.Contains(state, Assert.Throws<InvalidDataException>(() => Fit(o => o.Resume = true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_no_checkpoint_and_the_one_before_stays()
    {
        string obstacle = Path.Combine(Last + ".new", "state.safetensors");
        var thrown = Assert.Throws<IOException>(() => Fit(o => o.MetricsCallback = _ => Directory.CreateDirectory(obstacle)));
        Assert.Contains("WorkspacePath", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Resume = true", thrown.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Last + ".new"));
        var epochs = new List<EpochMetrics>();
        Fit(o => (o.Resume, o.MetricsCallback) = (true, epochs.Add));
        Assert.Equal(2, epochs[0].Epoch);
    }

    [Fact]
    public void A_workspace_that_cannot_be_made_is_named_with_its_option()
    {
        string file = Path.GetTempFileName();
        foreach (string path in new[] { file, Path.Combine(file, "run"), "a\0b" })
            Assert.Contains("WorkspacePath", Assert.Throws<InvalidOperationException>(() => Fit(o => o.WorkspacePath = path)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void Two_trainings_never_share_a_workspace()
    {
        InvalidOperationException? thrown = null;
        Fit(o => o.MetricsCallback = _ => thrown = Assert.Throws<InvalidOperationException>(() => Fit(other => other.Resume = true)));
        Assert.Contains("used by another process", thrown!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_was_refused_leaves_no_run_behind()
    {
        Assert.Throws<ArgumentException>(() => Fit(o => o.BatchSize = 17));
        Fit();
    }

    [Fact]
    public void Settings_that_need_a_workspace_are_refused_without()
    {
        Assert.Contains("WorkspacePath", Assert.Throws<ArgumentException>(() => Fit(o => (o.WorkspacePath, o.Resume) = (null, true))).Message, StringComparison.Ordinal);
        Assert.Contains("CheckpointEverySteps", Assert.Throws<ArgumentException>(() => Fit(o => (o.WorkspacePath, o.CheckpointEverySteps) = (null, 5))).Message, StringComparison.Ordinal);
        Assert.Contains("CheckpointEveryEpochs is 0", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(o => o.CheckpointEveryEpochs = 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configurations_read_the_same_in_every_culture()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            Fit();
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            Fit(o => o.Resume = true);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }

    private void FitWithLaw(JointLaw law, double hue = 0.1)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", _workspace);
        (options.Epochs, options.Resume) = (2, true);
        var context = new MLContext(seed: 1);
        string[] views = ["View1", "View2"];
        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.CropViews(views, "Image", new JointCrop { OutputSize = new ImageSize(16, 16), Law = law }))
            .Append(context.Transforms.RandomHorizontalFlip(views))
            .Append(context.Transforms.ColorJitter(views, hue: hue))
            .Append(context.Transforms.RandomGrayscale(views))
            .Append(context.Transforms.JointBlur(views))
            .Append(context.Transforms.Solarize(["View2"]))
            .Append(context.Contrastive().Trainers.ContrastivePretrain(options));
        pipeline.Fit(context.Contrastive().LoadImagesFromFolder(_images.Path)).LastTransformer.Dispose();
    }

    private void AssertRefused(string difference, Action<ContrastivePretrainTrainer.Options> change)
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit(o =>
        {
            o.Resume = true;
            change(o);
        }));
        Assert.Contains(difference, thrown.Message, StringComparison.Ordinal);
    }

    private void Fit(Action<ContrastivePretrainTrainer.Options>? change = null, int seed = 1)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", _workspace);
        options.Epochs = 2;
        change?.Invoke(options);
        TinyPretraining.Fit(_images.Path, options, seed).Dispose();
    }

    /// <summary>Uniform on the inner part of the range.</summary>
    private sealed record SomeonesLaw : JointLaw
    {
        public required double Width { get; init; }

        public override double Quantile(double probability, double bound) => Width * bound * ((2 * probability) - 1);

        public override double Density(double logRatio, double bound) => Math.Abs(logRatio) <= Width * bound ? 1 / (2 * Width * bound) : 0;
    }
}
