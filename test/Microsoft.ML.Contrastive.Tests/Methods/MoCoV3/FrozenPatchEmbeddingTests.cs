using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>Section 4 of MoCo v3: the patch embedding of a vision transformer stays as it starts.</summary>
public sealed class FrozenPatchEmbeddingTests
{
    private const string VisionTransformer = "vit-tiny-8-16px-mocov3";

    private static readonly MoCoV3 Small = MoCoV3.ForVisionTransformers with { ProjectionDimension = 8, HiddenDimension = 16, Momentum = 0.5 };

    public FrozenPatchEmbeddingTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void On_vision_transformers_it_keeps_its_bits_in_both_networks_while_all_else_moves()
    {
        var (before, after) = TrainedWith(Small, VisionTransformer);

        // The patch embedding is frozen, the sine-cosine position embedding is no weight at all.
        string[] still = [.. before.Keys.Where(name => before[name].SequenceEqual(after[name])).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["base.encoder.patch_embed.proj.bias", "base.encoder.patch_embed.proj.weight", "base.encoder.pos_embed", "momentum.encoder.patch_embed.proj.bias", "momentum.encoder.patch_embed.proj.weight", "momentum.encoder.pos_embed"],
            still);
    }

    [Fact]
    public void It_is_trained_where_the_option_says_so()
    {
        var (before, after) = TrainedWith(Small with { FreezePatchEmbedding = false }, VisionTransformer);

        Assert.Equal(["base.encoder.pos_embed", "momentum.encoder.pos_embed"], before.Keys.Where(name => before[name].SequenceEqual(after[name])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_ResNet_is_trained_as_a_whole_and_has_nothing_to_freeze()
    {
        using var module = Small.Create(Backbone.Parse("resnet10-cifar-w0.125"));

        Assert.Contains(module.TrainableParameters(), p => p.Name == "base.encoder.conv1.weight");
        var options = new ContrastivePretrainTrainer.Options { Method = Small with { FreezePatchEmbedding = true }, Backbone = Backbone.Parse("resnet18") };
        Assert.Contains("resnet18 has no patch embedding", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    /// <summary>Every parameter before and after three steps of AdamW with weight decay.</summary>
    private static (Dictionary<string, float[]> Before, Dictionary<string, float[]> After) TrainedWith(MoCoV3 method, string backbone)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var module = method.Create(Backbone.Parse(backbone));
        module.train();

        // Biases start at zero, where weight decay alone would not move them, and the gradients of some vanish: filled, everything has to move.
        using (no_grad())
        {
            foreach (var (_, parameter) in module.named_parameters().Where(p => p.parameter.dim() == 1))
                parameter.add_(0.1);
        }

        Dictionary<string, float[]> Weights() => module.named_parameters().ToDictionary(p => p.name, p => p.parameter.ToFloats());
        var optimizer = new AdamW { LearningRate = 0.01, WeightDecay = 0.1 };
        using var state = optimizer.Create(module.TrainableParameters());
        var before = Weights();
        for (var step = 0; step < 3; step++)
        {
            state.ZeroGrad();
            module.Loss([rand(6, 3, 16, 16), rand(6, 3, 16, 16)], new TrainingPosition(step, 3, 2)).backward();
            state.Step(0.01, 0.1);
        }

        return (before, Weights());
    }
}
