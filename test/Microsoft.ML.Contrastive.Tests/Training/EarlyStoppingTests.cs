using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class EarlyStoppingTests : IDisposable
{
    /// <summary>No loss changes by so much.</summary>
    private static readonly EarlyStopping AfterThree = new() { Metric = EpochMetric.Loss, Patience = 2, MinDelta = 100 };

    private readonly ImageFolder _images = new(classes: 2, perClass: 8);
    private readonly string _workspace = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly List<EpochMetrics> _epochs = [];

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_workspace, recursive: true);
    }

    [Theory]
    [InlineData(new[] { 5.0, 4, 3, 2, 1 }, 2, 0, null)]
    [InlineData(new[] { 5.0, 4, 4, 4 }, 2, 0, 2)]
    [InlineData(new[] { 5.0, 4, 4 }, 2, 0, null)]
    [InlineData(new[] { 5.0, 6, 7, 4.5 }, 3, 0, null)]
    [InlineData(new[] { 5.0, 4.9, 4.8, 4.7 }, 3, 0.5, 1)]
    [InlineData(new[] { 5.0, 4.7, 4.4, 4.3, 4.2 }, 2, 0.5, 3)]
    [InlineData(new double[0], 1, 0, null)]
    public void Training_stops_when_the_loss_has_not_fallen_by_more_than_the_minimum_for_so_many_epochs(double[] losses, int patience, double minDelta, int? lastImprovement)
    {
        EpochMetrics[] epochs = [.. losses.Select((loss, i) => Epoch(i + 1, loss))];
        Assert.Equal(lastImprovement, new EarlyStopping { Patience = patience, MinDelta = minDelta }.LastImprovement(epochs, EpochMetric.Loss)?.Epoch);
    }

    [Fact]
    public void An_accuracy_has_to_rise()
    {
        EpochMetrics[] epochs = [.. new double?[] { 0.5, 0.7, 0.7, 0.6 }.Select((knn, i) => Epoch(i + 1, loss: 5 - i, knn))];
        Assert.Equal(2, new EarlyStopping { Patience = 2 }.LastImprovement(epochs, EpochMetric.KnnAccuracy)?.Epoch);
        Assert.Null(new EarlyStopping { Patience = 2 }.LastImprovement(epochs, EpochMetric.Loss));
    }

    [Fact]
    public void A_stop_is_logged_and_checkpointed_and_stays_when_resumed()
    {
        Fit(o => (o.EarlyStopping, o.CheckpointEveryEpochs) = (AfterThree, 100));
        Assert.Equal([1, 2, 3], _epochs.Select(e => e.Epoch));
        Assert.Contains("Early stopping after epoch 3", File.ReadAllText(Path.Combine(_workspace, "train.log")), StringComparison.Ordinal);
        Assert.Equal(3, Checkpoint.ReadState(Path.Combine(_workspace, "checkpoints", "last")).Progress.Epoch);

        Fit(o => (o.EarlyStopping, o.Resume) = (AfterThree, true));
        Assert.Equal(3, _epochs.Count);
    }

    [Fact]
    public void More_patience_resumes_a_run_that_had_stopped()
    {
        Fit(o => o.EarlyStopping = AfterThree);
        Fit(o => (o.EarlyStopping, o.Resume) = (AfterThree with { Patience = 4 }, true));
        double[] broken = [.. _epochs.Select(e => e.Loss)];
        _epochs.Clear();
        Fit(o => (o.EarlyStopping, o.WorkspacePath) = (AfterThree with { Patience = 4 }, null));
        Assert.Equal(5, _epochs.Count);
        Assert.Equal(_epochs.Select(e => e.Loss), broken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_best_epochs_encoder_is_handed_out(bool workspace)
    {
        (float[] features, int? trained) = Fit(o => (o.RestoreBestWeights, o.BestEpochMetric, o.WorkspacePath) = (true, EpochMetric.EffectiveRank, workspace ? _workspace : null));
        int best = _epochs.MaxBy(e => e.EffectiveRank)!.Epoch;
        Assert.InRange(best, 1, _epochs.Count - 1);
        Assert.Equal(best, trained);
        Assert.Equal(FeaturesAfter(best), features);
        Assert.NotEqual(FeaturesAfter(_epochs.Count), features);
    }

    [Fact]
    public void The_best_epoch_survives_a_resume()
    {
        void Configure(ContrastivePretrainTrainer.Options o) => (o.RestoreBestWeights, o.BestEpochMetric, o.Resume) = (true, EpochMetric.EffectiveRank, true);
        using var stop = new CancellationTokenSource();
        Fit(o =>
        {
            Configure(o);
            (o.CancellationToken, o.MetricsCallback) = (stop.Token, e => CancelAt(4, e, stop));
        });
        (float[] features, int? trained) = Fit(Configure);
        int best = Checkpoint.ReadState(Path.Combine(_workspace, "checkpoints", "last")).Metrics.MaxBy(e => e.EffectiveRank)!.Epoch;
        Assert.InRange(best, 1, 4);
        Assert.Equal(best, trained);
        Assert.Equal(FeaturesAfter(best), features);

        Directory.Delete(Path.Combine(_workspace, "checkpoints", "best"), recursive: true);
        Assert.Contains("checkpoints/best", Assert.Throws<InvalidDataException>(() => Fit(Configure)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_option_the_last_epoch_is_handed_out()
    {
        (float[] features, int? trained) = Fit(o => o.BestEpochMetric = EpochMetric.EffectiveRank);
        Assert.Equal(_epochs.Count, trained);
        Assert.Equal(FeaturesAfter(_epochs.Count), features);
    }

    [Fact]
    public void A_metric_that_will_not_be_measured_is_refused_before_training()
    {
        Assert.Contains("MonitoredImages is 0", Assert.Throws<ArgumentException>(() => Fit(o => (o.BestEpochMetric, o.MonitoredImages) = (EpochMetric.EffectiveRank, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("LabelColumnName is null", Assert.Throws<ArgumentException>(() => Fit(o => (o.BestEpochMetric, o.LabelColumnName) = (EpochMetric.KnnAccuracy, null))).Message, StringComparison.Ordinal);
        var thrown = Assert.Throws<ArgumentException>(() => Fit(o => (o.EarlyStopping, o.LabelColumnName) = (new EarlyStopping { Metric = EpochMetric.KnnAccuracy }, "Class")));
        Assert.Contains("EarlyStopping.Metric is KnnAccuracy, which needs labels, but the data has no label in the column 'Class'", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_epochs);
    }

    [Fact]
    public void A_setting_out_of_range_is_named()
    {
        Assert.Contains("EarlyStopping.Patience is 0", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(o => o.EarlyStopping = new() { Patience = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("EarlyStopping.MinDelta is -1", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(o => o.EarlyStopping = new() { MinDelta = -1 })).Message, StringComparison.Ordinal);
        Assert.Contains("BestEpochMetric is 99", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(o => o.BestEpochMetric = (EpochMetric)99)).Message, StringComparison.Ordinal);
    }

    private static EpochMetrics Epoch(int epoch, double loss, double? knn = null) => new()
    {
        Epoch = epoch,
        Epochs = 10,
        Step = epoch,
        Loss = loss,
        LearningRate = 1,
        ImagesPerSecond = 1,
        WaitingForData = 0,
        FeatureSpread = 1,
        EffectiveRank = 1,
        Alignment = 1,
        Uniformity = -1,
        KnnAccuracy = knn,
        Elapsed = TimeSpan.Zero,
    };

    private static void CancelAt(int epoch, EpochMetrics metrics, CancellationTokenSource stop)
    {
        if (metrics.Epoch == epoch)
            stop.Cancel();
    }

    private float[] FeaturesAfter(int epoch)
    {
        using var stop = new CancellationTokenSource();
        return Fit(o => (o.WorkspacePath, o.CancellationToken, o.MetricsCallback) = (null, stop.Token, e => CancelAt(epoch, e, stop))).Features;
    }

    private (float[] Features, int? TrainedEpochs) Fit(Action<ContrastivePretrainTrainer.Options> change)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", _workspace);
        (options.Epochs, options.MetricsCallback) = (6, _epochs.Add);
        change(options);
        using var encoder = TinyPretraining.Fit(_images.Path, options);
        return (TinyPretraining.Features(_images.Path, encoder), encoder.TrainedEpochs);
    }
}
