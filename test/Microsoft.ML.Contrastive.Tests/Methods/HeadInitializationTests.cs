using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>The weights that heads, queues and copies start with are those of each method's authors.</summary>
public class HeadInitializationTests
{
    private const int Features = 256;

    /// <summary>Layers have 32,768 weights and more, so that their deviation is met to a fiftieth: 5 standard errors of a normal law's, 8 of an even one's.</summary>
    private const double OfDeviation = 0.02;

    private static readonly TinyBackbone Backbone = new(12, 0, Features);

    public HeadInitializationTests() => TorchRuntime.EnsureLoaded();

    /// <summary>Haiku's Linear: a normal law of deviation 1/√inputs, cut off at twice that, which leaves 0.88 of it; biases 0.</summary>
    [Theory]
    [InlineData("online.projector.", Features)]
    [InlineData("target.projector.", Features)]
    [InlineData("predictor.", 512)]
    public void Byols_heads_start_from_haikus_truncated_normal(string head, int inputs)
    {
        const double Left = 0.8796;     // √(1 − 4 φ(2) / (2 Φ(2) − 1))
        using MethodModule module = new Byol { HiddenDimension = 1024, ProjectionDimension = 512 }.Create(Backbone);

        foreach ((string layer, int n) in new[] { ("0", inputs), ("3", 1024) })
        {
            float[] weight = Weight(module, $"{head}{layer}.weight");
            AssertDeviation(Left / Math.Sqrt(n), weight);
            Assert.InRange(weight.Max(Math.Abs), 1.99 / Math.Sqrt(n), 2.0001 / Math.Sqrt(n));
        }

        Assert.All(Weight(module, $"{head}0.bias"), b => Assert.Equal(0, b));
    }

    /// <summary>vision_transformer.py, DINOHead: normal of deviation 0.02 (cut off so far out that nothing is), biases 0; directions as torch's linear layers, lengths 1.</summary>
    [Theory]
    [InlineData("student")]
    [InlineData("teacher")]
    public void Dinos_heads_start_from_a_normal_distribution(string network)
    {
        using MethodModule module = new Dino { HiddenDimension = 512, BottleneckDimension = Features, Prototypes = 1024 }.Create(Backbone);

        foreach (string layer in new[] { "0", "2", "4" })
        {
            float[] weight = Weight(module, $"{network}.projector.mlp.{layer}.weight");
            AssertDeviation(0.02, weight);
            Assert.InRange(weight.Max(Math.Abs), 0.07, 0.14);       // 3.5 to 7 deviations: none was cut off
            Assert.All(Weight(module, $"{network}.projector.mlp.{layer}.bias"), b => Assert.Equal(0, b));
        }

        AssertUniform(1 / Math.Sqrt(Features), Weight(module, $"{network}.projector.last_layer.weight_v"));
        Assert.All(Weight(module, $"{network}.projector.last_layer.weight_g"), g => Assert.Equal(1, g));
    }

    /// <summary>google-research/simclr, model_util.py; left out, torch's own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Simclrs_head_starts_as_the_option_says(bool batchNorm)
    {
        var method = new SimClr { ProjectionHiddenDimension = 512, ProjectionDimension = Features, ProjectionBatchNorm = batchNorm };
        using MethodModule original = (method with { ProjectionInitialDeviation = 0.01 }).Create(Backbone), torch = method.Create(Backbone);

        foreach ((string layer, int inputs) in new[] { ("0", Features), (batchNorm ? "3" : "2", 512) })
        {
            float[] weight = Weight(original, $"projector.{layer}.weight");
            AssertDeviation(0.01, weight);
            Assert.InRange(weight.Max(Math.Abs), 0.035, 0.07);
            AssertUniform(1 / Math.Sqrt(inputs), Weight(torch, $"projector.{layer}.weight"));
            if (!batchNorm)
                Assert.All(Weight(original, $"projector.{layer}.bias"), b => Assert.Equal(0, b));
        }
    }

    public static TheoryData<string> WithTorchsOwn => ["mocov1", "mocov2", "mocov3", "simsiam", "vicreg"];

    /// <summary>Their authors leave linear layers as torch makes them: evenly in ±1/√inputs.</summary>
    [Theory]
    [MemberData(nameof(WithTorchsOwn))]
    public void Other_heads_start_as_torchs_linear_layers(string name)
    {
        ContrastiveMethod method = ContrastiveMethod.Parse(name) switch
        {
            MoCo m => m with { QueueSize = 16 },
            MoCoV3 m => m with { HiddenDimension = 512 },
            SimSiam m => m with { ProjectionDimension = 512, PredictorHiddenDimension = 128 },
            VicReg m => m with { ExpanderDimension = 512 },
            var other => other,
        };
        using MethodModule module = method.Create(Backbone);
        List<Linear> layers = [.. module.modules().OfType<Linear>().Where(l => l.weight.shape is not [Features, 12])];      // all but the encoder's

        Assert.NotEmpty(layers);
        Assert.All(layers, l => AssertUniform(1 / Math.Sqrt(l.weight.shape[1]), l.weight.ToFloats()));
    }

    /// <summary>Unit vectors in all directions: a coordinate has the variance 1/d.</summary>
    [Fact]
    public void Mocos_queues_start_with_unit_vectors_in_random_directions()
    {
        using MethodModule module = (MoCo.V2 with { QueueSize = 1024, ProjectionDimension = 64, Symmetric = true }).Create(Backbone);
        float[] keys = module.get_buffer("queue.keys")!.ToFloats();

        Assert.Equal(2 * 1024 * 64, keys.Length);
        Assert.All(keys.Chunk(64), key => Assert.Equal(1, Math.Sqrt(key.Sum(v => v * v)), 1e-5));
        AssertDeviation(1 / Math.Sqrt(64), keys);
        Assert.Equal(2 * 1024, keys.Chunk(64).Select(key => key[0]).Distinct().Count());
    }

    public static TheoryData<string, string, string, bool> Copies => new()
    {
        { "mocov2", "key.", "query.", true },
        { "mocov3", "momentum.", "base.", true },
        { "dino", "teacher.", "student.", true },
        { "byol", "target.", "online.", false },
    };

    /// <summary>All weights of encoder and head; BYOL's authors draw the target's anew.</summary>
    [Theory]
    [MemberData(nameof(Copies))]
    public void Momentum_copies_start_as_their_authors_have_it(string method, string copy, string followed, bool equal)
    {
        ContrastiveMethod small = ContrastiveMethod.Parse(method) switch
        {
            MoCo m => m with { QueueSize = 16 },
            MoCoV3 m => m with { HiddenDimension = 64 },
            Dino m => m with { HiddenDimension = 64, Prototypes = 64 },
            Byol m => m with { HiddenDimension = 64 },
            var other => other,
        };
        using MethodModule module = small.Create(Backbone);
        List<string> names = [.. module.named_parameters().Where(p => p.name.StartsWith(copy, StringComparison.Ordinal) && p.parameter.dim() > 1 && p.parameter.shape[1] > 1).Select(p => p.name)];

        Assert.Contains(names, name => name.Contains("encoder", StringComparison.Ordinal));
        Assert.Contains(names, name => name.Contains("projector", StringComparison.Ordinal));
        Assert.All(names, name => Assert.Equal(equal, Weight(module, name).SequenceEqual(Weight(module, followed + name[copy.Length..]))));
    }

    private static float[] Weight(MethodModule module, string name) => module.get_parameter(name)!.ToFloats();

    private static void AssertUniform(double bound, float[] weight)
    {
        AssertDeviation(bound / Math.Sqrt(3), weight);
        Assert.InRange(weight.Max(Math.Abs), 0.999 * bound, 1.0001 * bound);
    }

    private static void AssertDeviation(double expected, float[] weight)
    {
        double mean = weight.Average(w => (double)w);
        Assert.Equal(expected, Math.Sqrt(weight.Average(w => (w - mean) * (w - mean))), OfDeviation * expected);
        Assert.Equal(0, mean, 5 * expected / Math.Sqrt(weight.Length));
    }
}
