using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class EpochMetricsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-metrics-").FullName;

    private string MetricsPath => Path.Combine(_folder, "metrics.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_run_writes_is_read_back()
    {
        EpochMetrics[] run = [Metrics(1), Metrics(2) with { KnnAccuracy = 0.25, FeatureSpread = double.NaN }];
        using (Workspace workspace = Workspace.Open(_folder, resume: false))
        {
            foreach (EpochMetrics metrics in run)
                workspace.AppendMetrics(metrics);
        }

        Assert.Equal(run, EpochMetrics.ReadFile(MetricsPath));
    }

    [Fact]
    public void A_line_that_is_still_being_written_is_left_out()
    {
        File.WriteAllText(MetricsPath, $"{CheckpointState.ToLine(Metrics(1))}\n{CheckpointState.ToLine(Metrics(2))[..40]}");
        Assert.Equal([Metrics(1)], EpochMetrics.ReadFile(MetricsPath));
        File.WriteAllText(MetricsPath, "");
        Assert.Empty(EpochMetrics.ReadFile(MetricsPath));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[[[[[[[[[[[[")]
    [InlineData("{\"Epoch\":1e99}")]
    public void A_damaged_line_is_named(string line)
    {
        File.WriteAllText(MetricsPath, $"{CheckpointState.ToLine(Metrics(1))}\n{line}\n");
        Assert.Contains($"Line 2 of '{MetricsPath}'", Assert.Throws<InvalidDataException>(() => EpochMetrics.ReadFile(MetricsPath)).Message);
    }

    [Fact]
    public void A_file_that_is_no_runs_is_refused_unread()
    {
        using (FileStream file = File.Create(MetricsPath))
            file.SetLength((64L << 20) + 1);
        Assert.Contains("larger than 64 MiB", Assert.Throws<InvalidDataException>(() => EpochMetrics.ReadFile(MetricsPath)).Message);
        Assert.Throws<FileNotFoundException>(() => EpochMetrics.ReadFile(Path.Combine(_folder, "missing.jsonl")));
    }

    private static EpochMetrics Metrics(int epoch) => new()
    {
        Epoch = epoch,
        Epochs = 2,
        Step = 10 * epoch,
        Loss = 1.5 / epoch,
        LearningRate = 0.1,
        ImagesPerSecond = 100,
        WaitingForData = 0,
        FeatureSpread = 0.9,
        EffectiveRank = 30,
        Alignment = 0.4,
        Uniformity = -2,
        Elapsed = TimeSpan.FromSeconds(epoch),
    };
}
