using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>Torch has one number of threads for all: nothing else may compute meanwhile.</summary>
[Collection(nameof(TorchRandomNumbers))]
public sealed class TorchThreadCountTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 1, perClass: 8);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TorchThreads_holds_during_training_and_torchs_own_number_before_and_afterwards()
    {
        Contrastive.Seams.TorchRuntime.EnsureLoaded();
        int own = get_num_threads();
        var during = new List<int>();
        Train(own + 1);
        Train(null);
        Assert.Equal([own + 1, own], during);
        Assert.Equal(own, get_num_threads());

        void Train(int? threads)
        {
            ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", workspace: null);
            (options.Epochs, options.LearningRateSchedule, options.TorchThreads) = (1, options.LearningRateSchedule with { WarmupEpochs = 0 }, threads);
            options.StepCallback = _ => during.Add(get_num_threads());
            TinyPretraining.Fit(_folder.Path, options).Dispose();
        }
    }
}
