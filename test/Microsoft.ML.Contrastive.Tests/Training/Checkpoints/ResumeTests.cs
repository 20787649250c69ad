using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;

namespace Microsoft.ML.Contrastive.Tests.Training.Checkpoints;

/// <summary>A run that was interrupted and resumed ends with the weights, the optimiser's state and the metrics of one that was not.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 13);
    private readonly string _workspaces = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_workspaces, recursive: true);
    }

    /// <summary>All methods that the registry knows: one that is added is tested without anybody's remembering it.</summary>
    public static TheoryData<string> Methods => [.. ContrastiveMethod.Names];

    /// <summary>All methods, and what else has state of its own: early stopping, accumulated gradients, heat maps.</summary>
    public static TheoryData<string, bool> KilledRuns
    {
        get
        {
            var runs = new TheoryData<string, bool> { { "simclr", true } };
            foreach (string method in (IEnumerable<string>)[.. ContrastiveMethod.Names, "simclr stopping", "mocov2 accumulating", "dino accumulating", "simclr probed accumulating"])
                runs.Add(method, false);
            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_run_cancelled_after_an_epoch_ends_as_if_it_had_not_been(string method)
    {
        TinyPretraining.Fit(_images.Path, TinyPretraining.Options(method, Workspace("unbroken"))).Dispose();

        using var stop = new CancellationTokenSource();
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, Workspace("broken"));
        options.CancellationToken = stop.Token;
        options.MetricsCallback = m => Cancel(m.Epoch == 2, stop);
        TinyPretraining.Fit(_images.Path, options).Dispose();
        Assert.Equal(2, State("broken").Progress.Epoch);

        Resume(method, "broken").Dispose();
        AssertSame("unbroken", "broken");
    }

    [Theory]
    [InlineData(ImageStorage.ViewColumns)]
    [InlineData(ImageStorage.Memory)]
    [InlineData(ImageStorage.MappedFile)]
    public void A_run_cancelled_within_an_epoch_ends_as_if_it_had_not_been(ImageStorage storage)
    {
        ContrastivePretrainTrainer.Options Options(string workspace)
        {
            ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", Workspace(workspace));
            options.ImageStorage = storage;
            return options;
        }

        TinyPretraining.Fit(_images.Path, Options("unbroken")).Dispose();

        using var stop = new CancellationTokenSource();
        ContrastivePretrainTrainer.Options broken = Options("broken");
        broken.CancellationToken = stop.Token;
        broken.CheckpointEverySteps = 1;
        using var watcher = new FileSystemWatcher(Workspace("broken")) { IncludeSubdirectories = true };
        watcher.Renamed += (_, _) => Cancel(TryReadProgress("broken") is { Step: >= 4, StepInEpoch: >= 1 }, stop);
        watcher.EnableRaisingEvents = true;
        TinyPretraining.Fit(_images.Path, broken).Dispose();

        ContrastivePretrainTrainer.Options resumed = Options("broken");
        resumed.Resume = true;
        TinyPretraining.Fit(_images.Path, resumed).Dispose();
        AssertSame("unbroken", "broken");
    }

    [Theory]
    [MemberData(nameof(KilledRuns))]
    public void A_process_killed_within_an_epoch_ends_as_if_it_had_not_been(string method, bool heatMaps)
    {
        const int Epochs = 16;
        string program = typeof(ResumeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Child").Value!;
        using (Process child = Process.Start(new ProcessStartInfo("dotnet", [program, _images.Path, Workspace("broken"), method, $"{Epochs}", .. heatMaps ? ["boxes"] : Array.Empty<string>()]))!)
        {
            while (!child.HasExited && !(TryReadProgress("broken") is { StepInEpoch: 1 or 2 } progress && progress.Epoch >= (heatMaps ? 3 : 1)))
                Thread.Sleep(1);
            child.Kill();   // SIGKILL: no handler runs, no buffer is written
            child.WaitForExit();
            Assert.True(child.ExitCode != 0, "The training ended before it was killed.");
        }

        TinyPretraining.Fit(_images.Path, With(TinyPretraining.Options(method, Workspace("unbroken"))), heatMaps: heatMaps).Dispose();
        TinyPretraining.Fit(_images.Path, With(TinyPretraining.Options(method, Workspace("broken")), resume: true), heatMaps: heatMaps).Dispose();
        AssertSame("unbroken", "broken");

        static ContrastivePretrainTrainer.Options With(ContrastivePretrainTrainer.Options options, bool resume = false)
        {
            options.Epochs = Epochs;
            options.Resume = resume;
            return options;
        }
    }

    [Fact]
    public void A_run_cancelled_after_the_last_step_of_an_epoch_has_that_epoch_behind_it()
    {
        TinyPretraining.Fit(_images.Path, TinyPretraining.Options("simclr", Workspace("unbroken"))).Dispose();

        using var stop = new CancellationTokenSource();
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", Workspace("broken"));
        options.CancellationToken = stop.Token;
        options.StepCallback = step => Cancel(step.Epoch == 2 && step.StepInEpoch == step.StepsPerEpoch, stop);
        TinyPretraining.Fit(_images.Path, options).Dispose();
        Assert.Equal((2, 0), (State("broken").Progress.Epoch, State("broken").Progress.StepInEpoch));

        Resume("simclr", "broken").Dispose();
        AssertSame("unbroken", "broken");
        Assert.All(State("broken").Metrics, epoch => Assert.True(epoch.ImagesPerSecond > 0));
    }

    [Fact]
    public void A_run_that_is_done_gives_its_encoder_again()
    {
        var epochs = new List<EpochMetrics>();
        TinyPretraining.Fit(_images.Path, TinyPretraining.Options("simclr", Workspace("done"))).Dispose();
        byte[] tensors = File.ReadAllBytes(Tensors("done"));
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", Workspace("done"));
        options.Resume = true;
        options.MetricsCallback = epochs.Add;
        TinyPretraining.Fit(_images.Path, options).Dispose();
        Assert.Empty(epochs);
        Assert.Equal(tensors, File.ReadAllBytes(Tensors("done")));
    }

    private static void Cancel(bool when, CancellationTokenSource stop)
    {
        if (when)
            stop.Cancel();
    }

    private string Workspace(string name) => Directory.CreateDirectory(Path.Combine(_workspaces, name)).FullName;

    private string Tensors(string workspace) => Path.Combine(_workspaces, workspace, "checkpoints", "last", "state.safetensors");

    private CheckpointState State(string workspace) => Checkpoint.ReadState(Path.Combine(_workspaces, workspace, "checkpoints", "last"));

    /// <summary>While a training is at work in the folder: between two renames there is no last checkpoint.</summary>
    private TrainingProgress? TryReadProgress(string workspace)
    {
        try
        {
            return State(workspace).Progress;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private ContrastiveEncoderTransformer Resume(string method, string workspace)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, Workspace(workspace));
        options.Resume = true;
        return TinyPretraining.Fit(_images.Path, options);
    }

    private void AssertSame(string expected, string actual)
    {
        Assert.Equal(File.ReadAllBytes(Tensors(expected)), File.ReadAllBytes(Tensors(actual)));
        Assert.Equal(State(expected).Progress, State(actual).Progress);
        Assert.Equal(State(expected).BestEpoch, State(actual).BestEpoch);
        Assert.Equal(Metrics(expected), Metrics(actual));
        Assert.Equal(State(expected).Metrics.Count, File.ReadAllLines(Path.Combine(_workspaces, actual, "metrics.jsonl")).Length);
    }

    /// <summary>Everything that does not depend on the clock.</summary>
    private IEnumerable<EpochMetrics> Metrics(string workspace) =>
        State(workspace).Metrics.Select(m => m with { ImagesPerSecond = 0, WaitingForData = 0, Elapsed = default });
}
