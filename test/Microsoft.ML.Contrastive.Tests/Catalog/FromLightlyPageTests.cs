using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What docs/from-lightly.md says, as it says it.</summary>
public sealed class FromLightlyPageTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 8);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pages_code_trains_a_published_setting_with_an_online_probe()
    {
        DocumentedCode.AssertExecutedBy("docs/from-lightly.md");
        var mlContext = new MLContext(seed: 1);
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(_folder.Path);
        string workspace = Path.Combine(_folder.Path, "run");

        ContrastivePreset preset = ContrastivePreset.ByName("simclr", "cifar10-200ep");              // lightly's benchmark; solo-learn's is "cifar10"
        Console.WriteLine(preset);                                                                   // every value, and what is known to differ from the source
        var pretraining = mlContext.Contrastive().Pretraining(preset with { Epochs = 1, BatchSize = 8 }, configure: options =>
        {
            options.WorkspacePath = workspace;                                                       // checkpoints, metrics.jsonl, train.log
            options.OnlineProbe = new OnlineProbe { LearningRate = 0.1 };                            // needs labels; the encoder does not learn from it
        });
        var encoder = pretraining.Fit(photos).LastTransformer;

        Assert.Equal(1, encoder.TrainedEpochs);
        Assert.NotNull(Assert.Single(EpochMetrics.ReadFile(Path.Combine(workspace, "metrics.jsonl"))).OnlineTrainingAccuracy);
    }
}
