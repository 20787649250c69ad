using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class GradientAccumulationTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 17);

    public void Dispose() => _images.Dispose();

    /// <summary>Losses that are means over rows which know nothing of each other: MoCo's negatives lie in its queue, DINO compares a row with itself.</summary>
    [Theory]
    [InlineData("mocov2", 2)]
    [InlineData("mocov2", 4)]
    [InlineData("dino", 4)]
    public void Micro_batches_of_independent_rows_equal_one_large_batch(string method, int microBatches)
    {
        (double[] Losses, float[] Features) whole = Fit(method, batch: 16, steps: 1), parts = Fit(method, 16 / microBatches, microBatches);
        Assert.Equal(whole.Losses.Length, parts.Losses.Length);
        Assert.All(whole.Losses.Zip(parts.Losses), l => Assert.Equal(l.First, l.Second, 1e-5));
        Assert.All(whole.Features.Zip(parts.Features), f => Assert.Equal(f.First, f.Second, 1e-4));
        Assert.True(Math.Abs(whole.Losses[0] - whole.Losses[^1]) > 1e-3, "nothing was learnt that could differ");
    }

    /// <summary>As the documentation says: two rows have two negatives.</summary>
    [Fact]
    public void Contrastive_losses_see_the_negatives_of_their_micro_batch_only()
    {
        // So high a temperature makes all choices about equally likely: the loss is the logarithm of their number.
        var method = new SimClr { Temperature = 10, ProjectionBatchNorm = false };
        Assert.Equal(Math.Log(31), Fit("simclr", 16, 1, method).Losses[0], 0.1);
        Assert.Equal(Math.Log(3), Fit("simclr", 2, 8, method).Losses[0], 0.1);
    }

    [Fact]
    public void Data_that_do_not_make_a_step_are_refused()
    {
        var thrown = Assert.Throws<ArgumentException>(() => Fit("simclr", 8, 5));
        Assert.Contains("BatchSize × GradientAccumulationSteps is 8 × 5 = 40, but there are only 34 readable images", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("GradientAccumulationSteps is 0", Assert.Throws<ArgumentOutOfRangeException>(() => Fit("simclr", 8, 0)).Message, StringComparison.Ordinal);
    }

    private (double[] Losses, float[] Features) Fit(string name, int batch, int steps, ContrastiveMethod? method = null)
    {
        var epochs = new List<EpochMetrics>();
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(name, workspace: null);
        options.Method = method ?? options.Method;
        (options.Backbone, options.BatchSize, options.GradientAccumulationSteps) = (new NormFree(), batch, steps);
        (options.Optimizer, options.MonitoredImages, options.MetricsCallback) = (new Sgd { LearningRate = 4 }, 0, epochs.Add);
        using var encoder = TinyPretraining.Fit(_images.Path, options);
        Assert.All(epochs, e => Assert.Equal(2 * e.Epoch, e.Step));
        return ([.. epochs.Select(e => e.Loss)], TinyPretraining.Features(_images.Path, encoder));
    }

    /// <summary>A network in which the rows of a batch know nothing of each other.</summary>
    private sealed record NormFree : Backbone
    {
        public override string Name => "norm-free";

        public override int FeatureDimension => 16;

        private protected override BackboneModule Build() => new Module();

        private sealed class Module : BackboneModule
        {
            private readonly Conv2d _conv1 = nn.Conv2d(3, 8, 3, stride: 2), _conv2 = nn.Conv2d(8, 16, 3, stride: 2);

            public Module()
                : base(nameof(NormFree))
            {
                register_module("conv1", _conv1);
                register_module("conv2", _conv2);
            }

            public override int FeatureDimension => 16;

            public override Tensor forward(Tensor input) => _conv2.call(_conv1.call(input).relu()).relu().mean([2, 3]);

            public override string WriteOnnx(OnnxGraphWriter graph, string input) => throw new NotSupportedException();
        }
    }
}
