using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>What holds for every method.</summary>
public class ContrastiveMethodTests
{
    private const int Batch = 6;
    private const int Inputs = 5;
    private static readonly TinyBackbone Tiny = new(Inputs, 0, 8);

    public ContrastiveMethodTests() => TorchRuntime.EnsureLoaded();

    /// <summary>Every registered method, small, and variants whose state differs.</summary>
    public static TheoryData<string> Variants =>
        [.. ContrastiveMethod.Names, "mocov2 symmetric", "mocov2 in groups", "mocov2 as in solo-learn", "byol like ContrastiveCrop", "dino with batch norm", "dino for its student"];

    [Theory]
    [MemberData(nameof(RegisteredNames))]
    public void Is_found_by_its_name_with_valid_defaults(string name)
    {
        var method = ContrastiveMethod.Parse(name);
        method.Validate();

        Assert.Equal(name, method.Name);
        Assert.Equal(method, ContrastiveMethod.Parse(name.ToUpperInvariant()));
    }

    public static TheoryData<string> RegisteredNames => [.. ContrastiveMethod.Names];

    [Fact]
    public void An_unknown_name_is_answered_with_those_that_there_are()
    {
        var refusal = Assert.Throws<ArgumentException>(() => ContrastiveMethod.Parse("simclr2"));

        Assert.Contains("simclr2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("mocov2", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<ContrastiveMethod, string> OutOfRange => new()
    {
        { new SimClr { Temperature = 0 }, "Temperature" },
        { new SimClr { Temperature = double.NaN }, "Temperature" },
        { new SimClr { ProjectionLayers = 4 }, "ProjectionLayers" },
        { new SimClr { ProjectionInitialDeviation = 0 }, "ProjectionInitialDeviation" },
        { new SimClr { ProjectionHiddenDimension = 0 }, "ProjectionHiddenDimension" },
        { new MoCo { Momentum = 1 }, "Momentum" },
        { new MoCo { QueueSize = 0 }, "QueueSize" },
        { new MoCo { FinalMomentum = 1.1 }, "FinalMomentum" },
        { new MoCo { ProjectionHiddenDimension = 0 }, "ProjectionHiddenDimension" },
        { new MoCo { BatchNormGroups = 0 }, "BatchNormGroups" },
        { new MoCoV3 { ProjectionLayers = 1 }, "ProjectionLayers" },
        { new MoCoV3 { Temperature = -1 }, "Temperature" },
        { new Byol { Momentum = -0.1 }, "Momentum" },
        { new Byol { TargetStart = (TargetStart)7 }, "TargetStart" },
        { new SimSiam { PredictorHiddenDimension = 0 }, "PredictorHiddenDimension" },
        { new Dino { Prototypes = 1 }, "Prototypes" },
        { new Dino { TeacherTemperature = 0 }, "TeacherTemperature" },
        { new SimSiam { ProjectionHiddenDimension = 0 }, "ProjectionHiddenDimension" },
        { new Dino { CenterMomentum = 1 }, "CenterMomentum" },
        { new Dino { EncoderFrom = (DinoNetwork)2 }, "EncoderFrom" },
        { new VicReg { VarianceWeight = -1 }, "VarianceWeight" },
        { new VicReg { TargetDeviation = 0 }, "TargetDeviation" },
        { new VicReg { ExpanderDimension = 1 }, "ExpanderDimension" },
        { new VicReg { Averaging = (VicRegAveraging)5 }, "Averaging" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_setting_out_of_its_range_is_named_with_its_value(ContrastiveMethod method, string setting)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => method.Create(Tiny));

        Assert.Equal(setting, refusal.ParamName);
        Assert.NotNull(refusal.ActualValue);
        Assert.Contains(setting, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_tensor_of_its_state_has_one_name(string variant)
    {
        using var module = Method(variant).Create(Tiny);
        var state = module.state_dict();

        Assert.Equal(state.Count, state.Values.Select(t => t.Handle).Distinct().Count());
        Assert.All(state.Keys, key => Assert.DoesNotMatch("(^|[.])_|<", key));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Gradients_reach_all_that_is_trained_and_nothing_else(string variant)
    {
        using var scope = NewDisposeScope();
        using var module = Method(variant).Create(Tiny);
        module.train();
        module.Loss(Views(0), new TrainingPosition(0, 2, 2)).backward();
        var trained = module.TrainableParameters().Select(p => p.Name).ToHashSet();

        Assert.All(module.named_parameters(), p => Assert.Equal(trained.Contains(p.name), p.parameter.grad is not null));
        Assert.DoesNotContain(trained, name => name.StartsWith("key.", StringComparison.Ordinal) || name.StartsWith("momentum.", StringComparison.Ordinal)
            || name.StartsWith("target.", StringComparison.Ordinal) || name.StartsWith("teacher.", StringComparison.Ordinal));

        // What is handed out is trained, but for DINO's teacher, which follows what is.
        var handedOut = module.Encoder.parameters().Select(p => p.Handle).ToHashSet();
        if (Method(variant) is Dino { EncoderFrom: DinoNetwork.Teacher })
            Assert.Superset(handedOut, module.named_parameters().Where(p => p.name.StartsWith("teacher.", StringComparison.Ordinal)).Select(p => p.parameter.Handle).ToHashSet());
        else
            Assert.Superset(handedOut, module.TrainableParameters().Select(p => p.Parameter.Handle).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Training_learns_a_batch_by_heart(string variant)
    {
        var losses = Train(Method(variant), steps: 30, restoreAt: null, new AdamW { LearningRate = 0.01, WeightDecay = 0 }, sameViews: true).Losses;

        // MoCo's loss may rise while its queue fills with keys of the same images: there the margin over the random start is no measure.
        if (!variant.StartsWith("moco", StringComparison.Ordinal) || variant.StartsWith("mocov3", StringComparison.Ordinal))
            Assert.True(losses[^1] < losses[1], $"{losses[1]} to {losses[^1]}");
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void State_dictionaries_are_the_whole_state_so_that_a_restart_goes_on_bit_for_bit(string variant)
    {
        Optimizer optimizer = variant.StartsWith("dino", StringComparison.Ordinal) ? new AdamW { LearningRate = 0.01 } : new Lars { LearningRate = 0.5 };
        var through = Train(Method(variant), steps: 6, restoreAt: null, optimizer, sameViews: false);
        var restarted = Train(Method(variant), steps: 6, restoreAt: 3, optimizer, sameViews: false);

        Assert.Equal(through.Losses, restarted.Losses);
        Assert.Equal(through.State.Keys, restarted.State.Keys);
        Assert.All(through.State, entry => Assert.Equal(entry.Value, restarted.State[entry.Key]));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Evaluation_leaves_no_trace(string variant)
    {
        using var scope = NewDisposeScope();
        using var module = Method(variant).Create(Tiny);
        module.eval();
        var before = module.state_dict().ToDictionary(e => e.Key, e => e.Value.ToFloats());
        using (no_grad())
            module.Loss(Views(0), new TrainingPosition(0, 2, 2));

        Assert.All(module.state_dict(), entry => Assert.Equal(before[entry.Key], entry.Value.ToFloats()));
    }

    private static ContrastiveMethod Method(string variant) => variant switch
    {
        "simclr" => new SimClr { ProjectionDimension = 4 },
        "mocov1" => MoCo.V1 with { ProjectionDimension = 4, QueueSize = 16, Momentum = 0.5 },
        "mocov2" => MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16, Momentum = 0.5 },
        "mocov2 symmetric" => MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16, Momentum = 0.5, Symmetric = true },
        "mocov2 in groups" => MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16, Momentum = 0.5, BatchNormGroups = 2 },
        "mocov3" => new MoCoV3 { ProjectionDimension = 4, HiddenDimension = 8, Momentum = 0.5 },
        "byol" => new Byol { ProjectionDimension = 4, HiddenDimension = 8, Momentum = 0.5 },
        "byol like ContrastiveCrop" => new Byol
        {
            ProjectionDimension = 4,
            HiddenDimension = 8,
            Momentum = 0.5,
            OutputBias = true,
            TargetStart = TargetStart.OnlineWeights,
            TargetUpdate = TargetUpdate.BeforeTargets,
        },
        "simsiam" => new SimSiam { ProjectionDimension = 8, PredictorHiddenDimension = 4 },
        "dino" => new Dino { Prototypes = 12, HiddenDimension = 8, BottleneckDimension = 4, Momentum = 0.5 },
        "dino with batch norm" => new Dino { Prototypes = 12, HiddenDimension = 8, BottleneckDimension = 4, Momentum = 0.5, HeadBatchNorm = true, NormalizePrototypes = false },
        "dino for its student" => new Dino { Prototypes = 12, HiddenDimension = 8, BottleneckDimension = 4, Momentum = 0.5, EncoderFrom = DinoNetwork.Student },
        "mocov2 as in solo-learn" => MoCo.V2 with { ProjectionDimension = 4, ProjectionHiddenDimension = 6, QueueSize = 16, Momentum = 0.5, FinalMomentum = 0.9, Symmetric = true },
        "vicreg" => new VicReg { ExpanderDimension = 8 },
        _ => throw new InvalidOperationException($"Give the new method '{variant}' a small variant here."),
    };

    private static Tensor[] Views(long seed) => [Rows.Random(Batch, Inputs, seed), Rows.Random(Batch, Inputs, seed + 1000)];

    private static (List<double> Losses, Dictionary<string, float[]> State) Train(
        ContrastiveMethod method, int steps, int? restoreAt, Optimizer optimizer, bool sameViews)
    {
        using var scope = NewDisposeScope();
        var module = method.Create(Tiny);
        module.train();

        // Not by a seed: torch's random numbers are shared with the tests that run meanwhile.
        foreach (var (name, tensor) in module.state_dict().Where(entry => entry.Value.is_floating_point()))
            DeterministicFill.Fill(name, tensor);
        var state = optimizer.Create(module.TrainableParameters());
        var losses = new List<double>();
        for (var step = 0; step < steps; step++)
        {
            if (step == restoreAt)
                (module, state) = Restarted(method, optimizer, module, state);
            using var stepScope = NewDisposeScope();
            var position = new TrainingPosition(step, 2, (steps + 1) / 2);
            state.ZeroGrad();
            var loss = module.Loss(Views(sameViews ? 0 : step), position);
            loss.backward();
            losses.Add(loss.ToNumber());
            state.ClipGradients();
            module.BeforeOptimizerStep(position);
            state.Step(optimizer.LearningRate, optimizer.WeightDecay);
            module.AfterOptimizerStep(position);
        }

        var final = module.state_dict().Select(e => (e.Key, Value: e.Value.ToFloats()))
            .Concat(state.State.Select(e => (Key: $"optimizer {e.Name}", Value: e.Tensor.ToFloats()))).ToDictionary(e => e.Key, e => e.Value);
        module.Dispose();
        state.Dispose();
        return (losses, final);
    }

    /// <summary>What a program does that finds a checkpoint: everything anew, then the saved tensors.</summary>
    private static (MethodModule Module, OptimizerState State) Restarted(ContrastiveMethod method, Optimizer optimizer, MethodModule module, OptimizerState state)
    {
        var weights = module.state_dict().ToDictionary(e => e.Key, e => e.Value.detach().clone());
        var moments = state.State.ToDictionary(e => e.Name, e => e.Tensor.clone());
        module.Dispose();
        state.Dispose();

        var anew = method.Create(Tiny);
        anew.train();
        var newState = optimizer.Create(anew.TrainableParameters());
        anew.load_state_dict(weights);
        newState.Load(moments);
        return (anew, newState);
    }
}
