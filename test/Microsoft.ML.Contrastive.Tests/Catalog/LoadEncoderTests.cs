using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Weights;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

public sealed class LoadEncoderTests : IDisposable
{
    private static readonly LoadEncoderOptions As16Pixels = new() { ImageSize = new(16, 16) };

    private readonly ImageFolder _folder = new(classes: 2, perClass: 8);
    private readonly string _files = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly ContrastiveCatalog _catalog = new MLContext(seed: 1).Contrastive();

    public void Dispose()
    {
        _folder.Dispose();
        Directory.Delete(_files, recursive: true);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("mocov2")]
    [InlineData("mocov3")]
    [InlineData("byol")]
    [InlineData("simsiam")]
    [InlineData("dino")]
    [InlineData("dino student")]
    [InlineData("vicreg")]
    public void The_encoder_of_every_methods_checkpoint_is_the_one_that_training_returned(string method)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, Path.Combine(_files, "run"));
        (options.Epochs, options.LearningRateSchedule) = (1, new CosineSchedule { WarmupEpochs = 0 });
        using ContrastiveEncoderTransformer trained = TinyPretraining.Fit(_folder.Path, options);
        using ContrastiveEncoderTransformer loaded = _catalog.LoadEncoder(Path.Combine(_files, "run", "checkpoints", "last"), options.Backbone, As16Pixels);
        Assert.Equal(WeightFormat.Checkpoint, loaded.LoadedWeights!.Format);
        Assert.Equal(TinyPretraining.Features(_folder.Path, trained), TinyPretraining.Features(_folder.Path, loaded));
        Assert.Null(loaded.TrainedEpochs);
    }

    [Fact]
    public void Saved_weights_make_the_same_encoder_and_options_its_columns_size_and_scale()
    {
        using ContrastiveEncoderTransformer trained = Fresh(seed: 1);
        string path = Path.Combine(_files, "weights.pth");
        trained.SaveWeights(path);
        using ContrastiveEncoderTransformer same = _catalog.LoadEncoder(path, "resnet10-cifar-w0.125", As16Pixels);
        float[] features = TinyPretraining.Features(_folder.Path, trained);
        Assert.Equal(features, TinyPretraining.Features(_folder.Path, same));
        Assert.True(same.LoadedWeights!.IsComplete);

        using ContrastiveEncoderTransformer other = _catalog.LoadEncoder(path, "resnet10-cifar-w0.125", As16Pixels with { Normalization = PixelNormalization.UnitRange });
        Assert.NotEqual(features, TinyPretraining.Features(_folder.Path, other));
        using ContrastiveEncoderTransformer usual = _catalog.LoadEncoder(path, "resnet10-cifar-w0.125", new LoadEncoderOptions { InputColumnName = "Picture", OutputColumnName = "Embedding" });
        Assert.Equal(("Picture", "Embedding", 32), (usual.InputColumnName, usual.OutputColumnName, usual.ImageSize.Width));

        Assert.Throws<ArgumentOutOfRangeException>(() => _catalog.LoadEncoder(path, "resnet10", new LoadEncoderOptions { Format = (WeightFormat)99 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _catalog.LoadEncoder(path, "resnet10", new LoadEncoderOptions { ImageSize = new(0, 8) }));
        Assert.Throws<ArgumentException>(() => _catalog.LoadEncoder("", "resnet10"));
        Assert.Throws<FileNotFoundException>(() => _catalog.LoadEncoder(Path.Combine(_files, "none.pth"), "resnet10"));
    }

    /// <summary>Without an epoch of training, what comes out is what it started from.</summary>
    [Theory]
    [InlineData("simclr", null)]
    [InlineData("mocov2", "method.key.encoder.")]
    [InlineData("mocov3", "method.momentum.encoder.")]
    [InlineData("byol", "method.target.encoder.")]
    [InlineData("dino", "method.teacher.encoder.")]
    public void Pretraining_starts_from_an_encoder_and_so_do_momentum_copies(string method, string? copy)
    {
        using ContrastiveEncoderTransformer initial = Fresh(seed: 7);
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, null);
        (options.Epochs, options.InitialEncoder, options.Backbone) = (0, initial, Backbone.ResNet18());
        using ContrastiveEncoderTransformer started = TinyPretraining.Fit(_folder.Path, options);
        float[] features = TinyPretraining.Features(_folder.Path, initial);
        Assert.Equal(features, TinyPretraining.Features(_folder.Path, started));
        if (copy is not null)
        {
            // A checkpoint is there after an epoch; with next to no learning rate, weights stay where they were, and statistics move.
            (options.Epochs, options.Optimizer, options.LearningRateSchedule, options.WorkspacePath) = (1, new Sgd { LearningRate = 1e-9 }, new CosineSchedule { WarmupEpochs = 0 }, Path.Combine(_files, "run"));
            TinyPretraining.Fit(_folder.Path, options).Dispose();
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_files, "run", "checkpoints", "last", "state.safetensors"));
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in initial.Network.Backbone.named_parameters())
            {
                using TorchSharp.torch.Tensor copied = file.Read(copy + name);
                Assert.All(parameter.data<float>().ToArray().Zip(copied.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            }
        }

        using ContrastiveEncoderTransformer plain = Fresh(seed: 1);
        Assert.NotEqual(features, TinyPretraining.Features(_folder.Path, plain));
    }

    [Fact]
    public void A_run_is_resumed_only_from_the_encoder_that_it_started_from()
    {
        using ContrastiveEncoderTransformer first = Fresh(seed: 7), second = Fresh(seed: 8);
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", Path.Combine(_files, "run"));
        (options.Epochs, options.LearningRateSchedule, options.InitialEncoder) = (1, new CosineSchedule { WarmupEpochs = 0 }, first);
        TinyPretraining.Fit(_folder.Path, options).Dispose();
        options.Resume = true;
        TinyPretraining.Fit(_folder.Path, options).Dispose();
        options.InitialEncoder = second;
        Assert.Contains("InitialEncoder: ", Assert.Throws<InvalidOperationException>(() => TinyPretraining.Fit(_folder.Path, options)).Message, StringComparison.Ordinal);

        options.Backbone = Backbone.ResNet34();
        Assert.Contains("Leave Backbone out", Assert.Throws<ArgumentException>(() => TinyPretraining.Fit(_folder.Path, options)).Message, StringComparison.Ordinal);
    }

    private ContrastiveEncoderTransformer Fresh(int seed)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", null);
        options.Epochs = 0;
        return TinyPretraining.Fit(_folder.Path, options, seed);
    }
}
