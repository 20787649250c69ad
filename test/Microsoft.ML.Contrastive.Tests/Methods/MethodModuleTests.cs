using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>What is particular to one method: who moves when, what is frozen, what is grouped.</summary>
public class MethodModuleTests
{
    private static readonly TinyBackbone Tiny = new(5, 0, 8);
    private static readonly TrainingPosition First = new(0, 2, 2);

    public MethodModuleTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Simclr_sees_both_views_in_one_batch()
    {
        using var scope = NewDisposeScope();
        using var module = new SimClr { ProjectionDimension = 4 }.Create(Tiny);
        module.train();
        module.Loss([Rows.Random(6, 5, 1), Rows.Random(6, 5, 2)], First);

        Assert.Equal(1, module.get_buffer("encoder.bn1.num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void Simclr_head_is_that_of_the_original_code_or_of_the_papers_formula()
    {
        using var original = new SimClr().Create(Tiny);
        using var three = new SimClr { ProjectionLayers = 3, ProjectionHiddenDimension = 16 }.Create(Tiny);
        using var formula = new SimClr { ProjectionBatchNorm = false }.Create(Tiny);

        Assert.Equal(["0.weight", "1.bias", "1.weight", "3.weight", "4.weight"], Trained(original));
        Assert.Equal(["0.weight", "1.bias", "1.weight", "3.weight", "4.bias", "4.weight", "6.weight", "7.weight"], Trained(three));
        Assert.Equal(["0.bias", "0.weight", "2.bias", "2.weight"], Trained(formula));

        static IEnumerable<string> Trained(MethodModule module) => module.TrainableParameters()
            .Where(p => p.Name.StartsWith("projector.", StringComparison.Ordinal)).Select(p => p.Name["projector.".Length..]).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Moco_key_network_moves_before_its_keys_are_taken()
    {
        using var scope = NewDisposeScope();
        using var module = (MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16, Momentum = 0 }).Create(Tiny);
        module.train();
        var view = Rows.Random(6, 5, 1);
        using (no_grad())
            module.get_parameter("query.encoder.fc1.weight")!.mul_(-1);
        module.Loss([view, view], First);

        // With momentum 0 the key network is now the query network, so that the keys are those of the moved network.
        var keys = module.get_buffer("queue.keys")![0].narrow(0, 0, 6);
        var network = (ProjectedEncoder)module.named_children().Single(c => c.name == "query").module;
        Assert.Equal(Cosine.Normalize(network.call(view)).ToFloats(), keys.ToFloats());
    }

    [Fact]
    public void Moco_groups_change_batch_norm_alone_for_shuffled_keys_return_to_their_rows()
    {
        using var scope = NewDisposeScope();
        var losses = new List<double>();
        foreach (var groups in new[] { 1, 3 })
        {
            using var module = (MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16, BatchNormGroups = groups }).Create(Tiny);
            module.eval();
            foreach (var (name, tensor) in module.state_dict().Where(entry => entry.Value.is_floating_point()))
                DeterministicFill.Fill(name, tensor);
            losses.Add(module.Loss([Rows.Random(6, 5, 1), Rows.Random(6, 5, 2)], First).ToNumber());
        }

        Assert.Equal(losses[0], losses[1], 1e-5);
    }

    [Fact]
    public void Symmetric_moco_is_the_mean_of_both_directions()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Rows.Random(6, 5, 1), Rows.Random(6, 5, 2));
        var method = MoCo.V2 with { ProjectionDimension = 4, QueueSize = 16 };
        using var symmetric = (method with { Symmetric = true }).Create(Tiny);
        using var oneWay = method.Create(Tiny);
        symmetric.eval();
        oneWay.eval();
        var state = symmetric.state_dict();
        var queues = state["queue.keys"];

        double Direction(Tensor query, Tensor key, int queue)
        {
            oneWay.load_state_dict(state.Where(e => !e.Key.StartsWith("queue", StringComparison.Ordinal)).ToDictionary(), strict: false);
            oneWay.get_buffer("queue.keys")!.copy_(queues[queue].unsqueeze(0));
            return oneWay.Loss([query, key], First).ToNumber();
        }

        Assert.Equal((Direction(a, b, 1) + Direction(b, a, 0)) / 2, symmetric.Loss([a, b], First).ToNumber(), 1e-5);
    }

    [Theory]
    [InlineData(TargetUpdate.AfterOptimizerStep)]
    [InlineData(TargetUpdate.BeforeTargets)]
    public void Byol_target_moves_when_the_option_says(TargetUpdate when)
    {
        using var scope = NewDisposeScope();
        using var module = new Byol { ProjectionDimension = 4, HiddenDimension = 8, TargetUpdate = when }.Create(Tiny);
        module.train();
        float[] Target() => module.get_parameter("target.encoder.fc1.weight")!.ToFloats();
        var start = Target();
        module.Loss([Rows.Random(6, 5, 1), Rows.Random(6, 5, 2)], First);
        var afterLoss = Target();
        module.AfterOptimizerStep(First);

        Assert.Equal(when == TargetUpdate.BeforeTargets, !start.SequenceEqual(afterLoss));
        Assert.Equal(when == TargetUpdate.AfterOptimizerStep, !afterLoss.SequenceEqual(Target()));
    }

    [Theory]
    [InlineData(TargetStart.OwnWeights, false)]
    [InlineData(TargetStart.OnlineWeights, true)]
    public void Byol_target_starts_as_the_option_says(TargetStart start, bool equal)
    {
        using var module = new Byol { ProjectionDimension = 4, HiddenDimension = 8, TargetStart = start }.Create(Tiny);

        Assert.Equal(equal, module.get_parameter("target.encoder.fc1.weight")!.ToFloats().SequenceEqual(module.get_parameter("online.encoder.fc1.weight")!.ToFloats()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Simsiam_predictor_alone_keeps_its_learning_rate(bool fixedRate)
    {
        using var module = new SimSiam { ProjectionDimension = 8, PredictorHiddenDimension = 4, FixedPredictorLearningRate = fixedRate }.Create(Tiny);

        Assert.All(
            module.TrainableParameters(),
            p => Assert.Equal(fixedRate && p.Name.StartsWith("predictor.", StringComparison.Ordinal), p.FixedLearningRate));
        Assert.DoesNotContain(module.TrainableParameters(), p => p.Name == "projector.6.bias");
    }

    [Fact]
    public void Dino_passes_views_of_one_width_together_and_the_teacher_sees_the_global_ones()
    {
        using var scope = NewDisposeScope();
        using var module = SmallDino(new Dino()).Create(new TinyBackbone(null, 3, 8));
        module.train();
        var views = new[] { 12, 12, 8, 8, 8 }.Select((size, i) => Rows.Random(2 * 3 * size, size, i).reshape(2, 3, size, size)).ToArray();
        module.Loss(views, First);

        Assert.Equal(2, module.get_buffer("student.encoder.bn1.num_batches_tracked")!.item<long>());
        Assert.Equal(1, module.get_buffer("teacher.encoder.bn1.num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void Dino_prototypes_rest_in_the_first_epochs()
    {
        using var scope = NewDisposeScope();
        using var module = SmallDino(new Dino { FreezeLastLayerEpochs = 1 }).Create(Tiny);
        module.train();
        var prototypes = module.get_parameter("student.projector.last_layer.weight_v")!;
        module.Loss([Rows.Random(6, 5, 1), Rows.Random(6, 5, 2)], First).backward();

        module.BeforeOptimizerStep(new TrainingPosition(2, 2, 2));
        Assert.NotNull(prototypes.grad);
        module.BeforeOptimizerStep(new TrainingPosition(1, 2, 2));
        Assert.Null(prototypes.grad);
        Assert.NotNull(module.get_parameter("student.projector.mlp.0.weight")!.grad);
    }

    [Fact]
    public void Dino_spares_biases_and_norms_weight_decay()
    {
        using var module = SmallDino(new Dino()).Create(Tiny);

        Assert.All(module.TrainableParameters(), p => Assert.Equal(p.Parameter.dim() == 1, p.NoWeightDecay));
        Assert.DoesNotContain(module.TrainableParameters(), p => p.Name.EndsWith("weight_g", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mocov3_predictor_may_end_in_a_batch_norm_as_for_vision_transformers()
    {
        using var module = new MoCoV3 { ProjectionDimension = 4, HiddenDimension = 8, ProjectionLayers = 3, PredictorBatchNorm = true }.Create(Tiny);

        Assert.NotNull(module.get_buffer("predictor.4.running_mean"));
        Assert.NotNull(module.get_buffer("base.projector.7.running_mean"));
    }

    private static Dino SmallDino(Dino options) => options with { Prototypes = 12, HiddenDimension = 8, BottleneckDimension = 4 };
}
