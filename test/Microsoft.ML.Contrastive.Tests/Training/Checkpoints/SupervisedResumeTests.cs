using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training;
using static Microsoft.ML.Contrastive.Tests.Training.TinyClassification;

namespace Microsoft.ML.Contrastive.Tests.Training.Checkpoints;

/// <summary>Checkpoints serve supervised training as they serve pretraining; here is what is particular to it.</summary>
public sealed class SupervisedResumeTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 13);
    private readonly string _workspaces = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose()
    {
        _folder.Dispose();
        Directory.Delete(_workspaces, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_run_that_was_cancelled_and_resumed_ends_to_the_bit_as_if_it_had_not_been(double encoderFactor)
    {
        Fit("unbroken", o => o.EncoderLearningRateFactor = encoderFactor);
        using var stop = new CancellationTokenSource();
        Fit("broken", o => (o.EncoderLearningRateFactor, o.CancellationToken, o.MetricsCallback) = (encoderFactor, stop.Token, m =>
        {
            if (m.Epoch == 2)
                stop.Cancel();
        }
        ));
        Assert.NotEqual(Tensors("unbroken"), Tensors("broken"));
        Fit("broken", o => (o.EncoderLearningRateFactor, o.Resume) = (encoderFactor, true));
        Assert.Equal(Tensors("unbroken"), Tensors("broken"));
    }

    [Fact]
    public void A_run_that_threw_within_an_epoch_goes_on_from_its_last_step()
    {
        Fit("unbroken", o => o.CheckpointEverySteps = 1);
        Assert.Throws<TimeoutException>(() => Fit("broken", o => (o.CheckpointEverySteps, o.MetricsCallback) = (1, _ => throw new TimeoutException())));
        Fit("broken", o => (o.CheckpointEverySteps, o.Resume) = (1, true));
        Assert.Equal(Tensors("unbroken"), Tensors("broken"));
    }

    [Fact]
    public void Another_task_is_refused_with_the_difference()
    {
        using ContrastiveEncoderTransformer encoder = TinyPretraining.Fit(_folder.Path, Pretraining(epochs: 0)), other = TinyPretraining.Fit(_folder.Path, Pretraining(epochs: 1));
        Fit("run", o => o.InitialEncoder = encoder);
        AssertRefused("Method.LabelSmoothing: 0 → 0.1", o => (o.InitialEncoder, o.LabelSmoothing) = (encoder, 0.1));
        AssertRefused("Method.EncoderLearningRateFactor: 1 → 0.5", o => (o.InitialEncoder, o.EncoderLearningRateFactor) = (encoder, 0.5));
        AssertRefused("InitialEncoder: ", o => o.InitialEncoder = other);
        AssertRefused("→ none", o => o.InitialEncoder = null);

        // As many images, which are the same, one of them with another label.
        string moved = Path.Combine(_folder.Path, "class1", "!.png");
        File.Move(_folder.Files[12], moved);
        AssertRefused("Data.Content: ", o => o.InitialEncoder = encoder);
    }

    private static ContrastivePretrainTrainer.Options Pretraining(int epochs)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", null);
        options.LearningRateSchedule = new Contrastive.Training.Optimization.CosineSchedule { WarmupEpochs = 0 };
        options.Epochs = epochs;
        return options;
    }

    private void AssertRefused(string difference, Action<SupervisedTrainer.Options> change) => Assert.Contains(
        difference,
        Assert.Throws<InvalidOperationException>(() => Fit("run", o =>
        {
            o.Resume = true;
            change(o);
        })).Message,
        StringComparison.Ordinal);

    private void Fit(string workspace, Action<SupervisedTrainer.Options> change) => TinyClassification.Fit(_folder, Options(o =>
    {
        o.WorkspacePath = Path.Combine(_workspaces, workspace);
        change(o);
    })).Dispose();

    private byte[] Tensors(string workspace) => File.ReadAllBytes(Path.Combine(_workspaces, workspace, "checkpoints", "last", "state.safetensors"));
}
