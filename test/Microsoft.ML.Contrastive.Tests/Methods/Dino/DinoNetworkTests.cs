using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Weights;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>Which of DINO's networks a training monitors and hands out.</summary>
public sealed class DinoNetworkTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 13);
    private readonly string _workspaces = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_workspaces, recursive: true);
    }

    [Theory]
    [InlineData("dino", "teacher")]
    [InlineData("dino student", "student")]
    public void The_encoder_is_that_of_the_network_asked_for_at_the_end_and_at_the_best_epoch(string variant, string network)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(variant, Path.Combine(_workspaces, "run"));
        using (ContrastiveEncoderTransformer last = TinyPretraining.Fit(_images.Path, options))
            AssertSaved(last, network, "last");

        options = TinyPretraining.Options(variant, workspace: null);
        var ranks = new List<double>();
        (options.RestoreBestWeights, options.BestEpochMetric, options.MetricsCallback) = (true, EpochMetric.EffectiveRank, m => ranks.Add(m.EffectiveRank));
        using ContrastiveEncoderTransformer inMemory = TinyPretraining.Fit(_images.Path, options);
        (options.WorkspacePath, options.MetricsCallback) = (Path.Combine(_workspaces, "best"), null);
        TinyPretraining.Fit(_images.Path, options).Dispose();
        Assert.Equal(1 + ranks.IndexOf(ranks.Max()), inMemory.TrainedEpochs);
        AssertSaved(inMemory, network, "best", "best");
    }

    /// <summary>Training is the same, so that any difference is one of where we look.</summary>
    [Fact]
    public void Monitor_and_online_probe_look_at_the_network_that_is_handed_out()
    {
        Dictionary<string, (List<EpochMetrics> Epochs, float[] Probe)> runs = new[] { "dino probed", "dino student probed" }.ToDictionary(variant => variant, variant =>
        {
            var epochs = new List<EpochMetrics>();
            ContrastivePretrainTrainer.Options options = TinyPretraining.Options(variant, Path.Combine(_workspaces, variant));
            options.MetricsCallback = epochs.Add;
            TinyPretraining.Fit(_images.Path, options).Dispose();
            using SafetensorsFile saved = Checkpoint(variant, "last");
            using torch.Tensor probe = saved.Read("probe.weight");
            return (epochs, probe.data<float>().ToArray());
        });
        (List<EpochMetrics> teacher, List<EpochMetrics> student) = (runs["dino probed"].Epochs, runs["dino student probed"].Epochs);

        Assert.Equal(student.Select(e => e.Loss), teacher.Select(e => e.Loss));
        Assert.All(student.Zip(teacher), e => Assert.NotEqual(e.First.FeatureSpread, e.Second.FeatureSpread));
        Assert.All(student.Zip(teacher), e => Assert.NotEqual(e.First.Alignment, e.Second.Alignment));
        Assert.NotEqual(runs["dino probed"].Probe, runs["dino student probed"].Probe);
    }

    private void AssertSaved(ContrastiveEncoderTransformer encoder, string network, string checkpoint, string run = "run")
    {
        using var scope = torch.NewDisposeScope();
        using SafetensorsFile file = Checkpoint(run, checkpoint);
        Assert.All(
            encoder.Network.Backbone.state_dict(), t => Assert.True(t.Value.bytes.SequenceEqual(file.Read($"method.{network}.encoder.{t.Key}").bytes), t.Key));
    }

    private SafetensorsFile Checkpoint(string run, string name) => SafetensorsFile.Open(Path.Combine(_workspaces, run, "checkpoints", name, "state.safetensors"));
}
