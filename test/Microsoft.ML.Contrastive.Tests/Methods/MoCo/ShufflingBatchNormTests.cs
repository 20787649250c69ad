using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>Batch norm by groups in training, against plain loops over rows.</summary>
public sealed class ShufflingBatchNormTests : IDisposable
{
    private const int Rows6 = 6, Width = 5;
    private const double Momentum = 0.1, Epsilon = 1e-5, Tolerance = 1e-5;

    private static readonly TrainingPosition First = new(0, 2, 2);

    private readonly DisposeScope _scope;

    public ShufflingBatchNormTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_group_is_normalised_by_itself_and_running_statistics_move_once_towards_their_mean(int groups)
    {
        using BackboneModule network = Network();
        Tensor rows = Rows.Random(Rows6, Width, 1);
        int[][] inOrder = [.. Enumerable.Range(0, Rows6).Chunk(Rows6 / groups)];
        (double[][] outputs, double[] mean, double[] variance) = Expected(network, rows, inOrder);

        Tensor encoded = new ShufflingBatchNorm(groups).Encode(network, rows);

        AssertClose(outputs.SelectMany(o => o), encoded);
        AssertClose(mean, network.get_buffer("bn1.running_mean")!);
        AssertClose(variance, network.get_buffer("bn1.running_var")!);
        Assert.Equal(Momentum, network.modules().OfType<TorchSharp.Modules.BatchNorm>().Single().momentum);
    }

    [Fact]
    public void Shuffled_rows_meet_others_in_their_groups_and_come_back_to_their_places()
    {
        Tensor rows = Rows.Random(Rows6, Width, 1);
        var seen = new List<int>();
        for (int step = 0; step < 30; step++)
        {
            using BackboneModule network = Network();
            // Whatever the order, one of the ten halvings of the rows must explain every row at its own place, and the statistics.
            var halvings = Halvings().Select(halves => Expected(network, rows, halves)).ToList();
            float[] encoded = new ShufflingBatchNorm(2).EncodeShuffled(network, rows, First with { Step = step }, view: 1).ToFloats();
            int halving = halvings.FindIndex(h => h.Outputs.SelectMany(o => o).Zip(encoded, (e, a) => Math.Abs(e - a)).Max() < Tolerance);

            Assert.InRange(halving, 0, halvings.Count - 1);
            AssertClose(halvings[halving].Mean, network.get_buffer("bn1.running_mean")!);
            AssertClose(halvings[halving].Variance, network.get_buffer("bn1.running_var")!);
            seen.Add(halving);
        }

        // Each is as likely as the others: the commonest of ten takes 13 of 30 once in ten thousand.
        Assert.InRange(seen.Distinct().Count(), 6, 10);
        Assert.InRange(seen.CountBy(h => h).Max(c => c.Value), 3, 13);
    }

    [Fact]
    public void The_order_depends_on_seed_step_micro_batch_and_view_and_on_nothing_else()
    {
        using BackboneModule network = Network();
        Tensor rows = Rows.Random(24, Width, 1);
        float[] Encoded(TrainingPosition position, int view) => new ShufflingBatchNorm(4).EncodeShuffled(network, rows, position, view).ToFloats();
        (TrainingPosition Position, int View)[] places =
            [(First, 0), (First, 1), (First with { Seed = 1 }, 0), (First with { Seed = -1 }, 0), (First with { Step = 1 }, 0), (First with { MicroBatches = 2, MicroBatch = 1 }, 0)];

        Assert.All(places, place => Assert.Equal(Encoded(place.Position, place.View), Encoded(place.Position with { StepsPerEpoch = 9 }, place.View)));
        Assert.Equal(places.Length, places.Select(place => string.Join(' ', Encoded(place.Position, place.View))).Distinct().Count());
    }

    /// <summary>After a first step of momentum 0.1: the groups' means have the mean of the batch for theirs, whoever is in which.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void Both_encoders_of_moco_count_a_pass_of_a_batch_in_groups_once(bool symmetric, int passes)
    {
        using MethodModule module = InGroups(MoCo.V2 with { Symmetric = symmetric }, new TinyBackbone(Width, 0, 8));
        Tensor[] views = [Rows.Random(Rows6, Width, 1), Rows.Random(Rows6, Width, 2)];
        Tensor weight = module.get_parameter("query.encoder.fc1.weight")!.detach().clone(), start = module.get_buffer("query.encoder.bn1.running_mean")!.clone();
        module.Loss(views, First);

        foreach ((string network, Tensor[] seen) in new[] { ("query", views), ("key", [views[1], views[0]]) })
        {
            Tensor expected = seen.Take(passes).Aggregate(start, (mean, view) => (mean * (1 - Momentum)) + (view.mm(weight.t()).mean([0]) * Momentum));
            AssertClose(expected.ToFloats().Select(v => (double)v), module.get_buffer($"{network}.encoder.bn1.running_mean")!);
        }
    }

    [Fact]
    public void A_run_shuffles_by_its_own_seed()
    {
        float[] Queue(int seed)
        {
            using MethodModule module = InGroups(MoCo.V2, new TinyBackbone(null, 3, 8));
            var schedule = new TrainingSchedule(Epochs: 1, BatchSize: 8, GradientAccumulationSteps: 1, new Sgd(), new ConstantSchedule());
            using OptimizerState optimizer = schedule.Optimizer.Create(module.TrainableParameters());
            using var batch = new ViewBatch([new ImageSize(4, 4), new ImageSize(4, 4)], batchSize: 8);
            foreach ((int index, Tensor view) in batch.Views.Index())
                view.copy_(Rows.Random(8 * 3, 16, index).reshape(8, 3, 4, 4));
            new TrainingStep(new TrainingState(module, optimizer), schedule, CPU, seed).Add(batch, First);
            return module.get_buffer("queue.keys")!.ToFloats();
        }

        Assert.Equal(Queue(1), Queue(1));
        Assert.NotEqual(Queue(1), Queue(2));
    }

    private static MethodModule InGroups(MoCo method, TinyBackbone backbone)
    {
        MethodModule module = (method with { ProjectionDimension = 4, QueueSize = 16, BatchNormGroups = 2 }).Create(backbone);
        module.train();
        return Filled(module);
    }

    private static BackboneModule Network()
    {
        BackboneModule network = new TinyBackbone(Width, 0, 8).Create();
        network.train();
        return Filled(network);
    }

    private static T Filled<T>(T module) where T : nn.Module
    {
        foreach ((string name, Tensor tensor) in module.state_dict().Where(entry => entry.Value.is_floating_point()))
            DeterministicFill.Fill(name.Replace("key.", "query.", StringComparison.Ordinal), tensor);
        return module;
    }

    /// <summary>All ways to halve the rows.</summary>
    private static IEnumerable<int[][]> Halvings() =>
        from a in Enumerable.Range(1, Rows6 - 1)
        from b in Enumerable.Range(a + 1, Rows6 - 1 - a)
        select (int[][])[[0, a, b], [.. Enumerable.Range(1, Rows6 - 1).Except([a, b])]];

    /// <summary>relu(γ (h − μ) / √(σ² + ε) + β) with the μ and σ² of a row's group, h = W x; and the running statistics after it, of the mean over groups of μ and of the unbiased variance.</summary>
    private static (double[][] Outputs, double[] Mean, double[] Variance) Expected(BackboneModule network, Tensor rows, int[][] groups)
    {
        double[][] inputs = Rows.Of(rows), weight = Rows.Of(network.get_parameter("fc1.weight")!);
        float[] scale = network.get_parameter("bn1.weight")!.ToFloats(), shift = network.get_parameter("bn1.bias")!.ToFloats();
        double[] mean = [.. network.get_buffer("bn1.running_mean")!.ToFloats().Select(v => (1 - Momentum) * v)], variance = [.. network.get_buffer("bn1.running_var")!.ToFloats().Select(v => (1 - Momentum) * v)];
        double[][] outputs = [.. inputs.Select(_ => new double[weight.Length])];
        foreach (int[] group in groups)
        {
            for (int c = 0; c < weight.Length; c++)
            {
                double[] h = [.. group.Select(row => Rows.Dot(weight[c], inputs[row]))];
                double mu = h.Average(), squares = h.Sum(v => (v - mu) * (v - mu));
                mean[c] += Momentum * mu / groups.Length;
                variance[c] += Momentum * squares / (group.Length - 1) / groups.Length;
                foreach ((int i, int row) in group.Index())
                    outputs[row][c] = Math.Max(0, (scale[c] * (h[i] - mu) / Math.Sqrt((squares / group.Length) + Epsilon)) + shift[c]);
            }
        }

        return (outputs, mean, variance);
    }

    private static void AssertClose(IEnumerable<double> expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.ToFloats(), (e, a) => (e, a)), pair => Assert.Equal(pair.e, pair.a, Tolerance));
}
