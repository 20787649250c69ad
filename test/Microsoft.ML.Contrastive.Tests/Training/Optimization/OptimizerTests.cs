using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Contrastive.Tests.Training.Optimization;

public class OptimizerTests
{
    private const int Steps = 5;

    public OptimizerTests() => TorchRuntime.EnsureLoaded();

    public static TheoryData<Optimizer> All => [new Sgd(), new Sgd { Nesterov = true }, new Lars(), new AdamW(), new Adam { WeightDecay = 0.1 }];

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Follows_torch_also_where_a_gradient_is_missing_at_times(string name)
    {
        using var scope = NewDisposeScope();
        var (own, theirs) = (Weights(), Weights());
        Optimizer optimizer = name switch
        {
            "sgd" => new Sgd { LearningRate = 0.1, WeightDecay = 0.01 },
            "nesterov" => new Sgd { LearningRate = 0.1, WeightDecay = 0.01, Nesterov = true },
            "adam" => new Adam { LearningRate = 0.1, WeightDecay = 0.01 },
            _ => new AdamW { LearningRate = 0.1, WeightDecay = 0.01 },
        };
        using optim.Optimizer reference = name switch
        {
            "sgd" => optim.SGD(theirs.Values, 0.1, momentum: 0.9, weight_decay: 0.01),
            "nesterov" => optim.SGD(theirs.Values, 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true),
            "adam" => optim.Adam(theirs.Values, 0.1, weight_decay: 0.01),
            _ => optim.AdamW(theirs.Values, 0.1, weight_decay: 0.01),
        };
        using var state = optimizer.Create(Named(own));
        for (var step = 0; step < Steps; step++)
        {
            state.ZeroGrad();
            reference.zero_grad();
            foreach (var key in own.Keys.Where(key => key != "b.weight" || step != 1))
            {
                using var gradient = Gradient(key, step);
                own[key].grad!.copy_(gradient);
                theirs[key].grad = gradient.clone();
            }

            if (step == 1)
                own["b.weight"].grad = theirs["b.weight"].grad = null;
            state.Step(0.1, 0.01);
            reference.step();
        }

        Assert.All(own, entry => AssertClose(theirs[entry.Key].ToFloats(), entry.Value.ToFloats(), 1e-6));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Restored_state_goes_on_bit_for_bit(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var through = Weights();
        using var state = optimizer.Create(Named(through));
        Run(state, through, optimizer, 0, 3);
        var (weights, moments) = (through.ToDictionary(e => e.Key, e => e.Value.detach().clone()), state.State.ToDictionary(e => e.Name, e => e.Tensor.clone()));
        Run(state, through, optimizer, 3, Steps);

        var restored = weights.ToDictionary(e => e.Key, e => new Parameter(e.Value));
        using var anew = optimizer.Create(Named(restored));
        anew.Load(moments);
        Run(anew, restored, optimizer, 3, Steps);

        Assert.All(through, entry => Assert.Equal(entry.Value.ToFloats(), restored[entry.Key].ToFloats()));
        Assert.Equal(state.State.Select(e => e.Name), anew.State.Select(e => e.Name));
        Assert.All(state.State.Zip(anew.State), pair => Assert.Equal(pair.First.Tensor.ToFloats(), pair.Second.Tensor.ToFloats()));
    }

    [Fact]
    public void State_of_another_optimiser_is_refused_before_anything_is_changed()
    {
        using var scope = NewDisposeScope();
        using var sgd = new Sgd().Create(Named(Weights()));
        using var adam = new AdamW().Create(Named(Weights()));
        var refusal = Assert.Throws<ArgumentException>(() => adam.Load(sgd.State.ToDictionary(e => e.Name, e => e.Tensor)));

        Assert.Contains("first_moment.a.weight", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_factor_on_the_learning_rate_moves_its_parameter_alone(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var (mixed, full, quarter) = (Weights(), Weights(), Weights());
        using var state = optimizer.Create(Named(mixed).Select(p => p with { LearningRateFactor = p.Name == "b.weight" ? 0.25 : 1 }));
        using var fullReference = optimizer.Create(Named(full));
        using var quarterReference = optimizer.Create(Named(quarter));
        for (var step = 0; step < 2; step++)
        {
            SetGradients(state, mixed, step);
            SetGradients(fullReference, full, step);
            SetGradients(quarterReference, quarter, step);
            state.Step(0.2, 0.01);
            fullReference.Step(0.2, 0.01);
            quarterReference.Step(0.05, 0.01);
        }

        Assert.All(mixed, entry => Assert.Equal((entry.Key == "b.weight" ? quarter : full)[entry.Key].ToFloats(), entry.Value.ToFloats()));
        Assert.NotEqual(full["b.weight"].ToFloats(), mixed["b.weight"].ToFloats());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_fixed_learning_rate_disregards_the_schedule(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var (scheduled, constant) = (Weights(), Weights());
        var parameters = Named(scheduled).Select(p => p with { FixedLearningRate = p.Name == "b.weight" });
        using var state = optimizer.Create(parameters, fixedLearningRate: 0.3);
        using var reference = optimizer.Create(Named(constant));
        for (var step = 0; step < 2; step++)
        {
            SetGradients(state, scheduled, step);
            SetGradients(reference, constant, step);
            state.Step(0, 0);
            reference.Step(0.3, 0);
        }

        AssertClose(constant["b.weight"].ToFloats(), scheduled["b.weight"].ToFloats(), 1e-7);
        Assert.Equal(Weights()["a.weight"].ToFloats(), scheduled["a.weight"].ToFloats());
    }

    [Fact]
    public void Weight_decay_spares_what_the_method_and_the_option_name()
    {
        using var scope = NewDisposeScope();
        var start = Weights();
        var weights = Weights();
        var parameters = Named(weights).Select(p => p with { NoWeightDecay = p.Name == "b.weight" });
        using var state = new Sgd { WeightDecayExclusion = ParameterExclusion.AtMostOneDimension }.Create(parameters);
        state.ZeroGrad();
        state.Step(1, 0.5);

        AssertClose([.. start["a.weight"].ToFloats().Select(w => w / 2)], weights["a.weight"].ToFloats(), 1e-6);
        Assert.All(["b.weight", "bn.weight", "a.bias", "scale"], name => Assert.Equal(start[name].ToFloats(), weights[name].ToFloats()));
    }

    [Theory]
    [InlineData(ParameterExclusion.None, "")]
    [InlineData(ParameterExclusion.AtMostOneDimension, "a.bias bn.weight scale")]
    [InlineData(ParameterExclusion.OneDimension, "a.bias bn.weight")]
    [InlineData(ParameterExclusion.BiasAndNorm, "a.bias bn.weight")]
    public void Exclusions_are_those_of_the_public_codes(ParameterExclusion exclusion, string spared)
    {
        using var scope = NewDisposeScope();
        var (start, weights) = (Weights(), Weights());
        using var state = new Sgd { WeightDecayExclusion = exclusion }.Create(Named(weights));
        state.ZeroGrad();
        state.Step(1, 0.5);

        Assert.Equal(
            spared, string.Join(' ', weights.Keys.Where(name => start[name].ToFloats().SequenceEqual(weights[name].ToFloats())).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(LarsRatio.DecayedGradient, false)]
    [InlineData(LarsRatio.SumOfNorms, false)]
    [InlineData(LarsRatio.DecayedGradient, true)]
    public void Lars_follows_its_formula_step_by_step(LarsRatio ratio, bool rateInMomentum)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        double[] w = [.. weights["a.weight"].ToFloats()];
        var v = new double[w.Length];
        using var state = new Lars { TrustCoefficient = 0.02, Ratio = ratio, LearningRateInMomentum = rateInMomentum }.Create(Named(weights));
        for (var step = 0; step < Steps; step++)
        {
            var (rate, decay) = (1.0 / (step + 1), 0.01);
            SetGradients(state, weights, step);
            double[] g = [.. Gradient("a.weight", step).ToFloats()];
            double[] d = [.. g.Zip(w, (gi, wi) => gi + (decay * wi))];
            var scale = 0.02 * Norm(w) / (ratio == LarsRatio.DecayedGradient ? Norm(d) : Norm(g) + (decay * Norm(w)) + 1e-8);
            for (var i = 0; i < w.Length; i++)
            {
                v[i] = (0.9 * v[i]) + (scale * d[i] * (rateInMomentum ? rate : 1));
                w[i] -= v[i] * (rateInMomentum ? 1 : rate);
            }

            state.Step(rate, decay);
        }

        AssertClose([.. w.Select(x => (float)x)], weights["a.weight"].ToFloats(), 1e-5);

        static double Norm(double[] x) => Math.Sqrt(x.Sum(xi => xi * xi));
    }

    [Fact]
    public void Lars_leaves_undecayed_training_unadapted_where_lightly_does()
    {
        using var scope = NewDisposeScope();
        var (start, weights) = (Weights(), Weights());
        using var state = new Lars { AdaptWithoutWeightDecay = false }.Create(Named(weights));
        SetGradients(state, weights, 0);
        state.Step(1, 0);

        AssertClose((start["a.weight"] - Gradient("a.weight", 0)).ToFloats(), weights["a.weight"].ToFloats(), 1e-6);
    }

    [Theory]
    [InlineData(LarsRatio.DecayedGradient)]
    [InlineData(LarsRatio.SumOfNorms)]
    public void Lars_stays_finite_without_weights_or_without_gradient(LarsRatio ratio)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using (no_grad())
            weights["a.weight"].zero_();
        using var state = new Lars { Ratio = ratio }.Create(Named(weights));
        state.ZeroGrad();
        state.Step(1, 0);
        weights["a.weight"].grad!.fill_(0.5);
        state.Step(1, 0);

        Assert.All(weights["a.weight"].ToFloats(), w => Assert.Equal(-0.5, w, 1e-6));
        AssertClose(Weights()["b.weight"].ToFloats(), weights["b.weight"].ToFloats(), 0);
    }

    [Theory]
    [InlineData(ClippingScope.AllParameters)]
    [InlineData(ClippingScope.EachParameter)]
    public void Clipping_shortens_to_the_bound_what_is_longer(ClippingScope clipping)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using var state = new Sgd { GradientClipping = new GradientClipping { MaxNorm = 2, Scope = clipping } }.Create(Named(weights));
        state.ZeroGrad();
        weights["a.weight"].grad!.fill_(3);
        weights["b.weight"].grad!.fill_(0.1);
        weights["scale"].grad = null;
        var (a, b) = (Norm("a.weight"), Norm("b.weight"));
        state.ClipGradients();

        var factor = 2 / (clipping == ClippingScope.EachParameter ? a : Math.Sqrt((a * a) + (b * b)));
        Assert.Equal(a * factor, Norm("a.weight"), 4);
        Assert.Equal(clipping == ClippingScope.EachParameter ? b : b * factor, Norm("b.weight"), 4);

        double Norm(string name) => weights[name].grad!.norm().ToNumber();
    }

    [Fact]
    public void A_step_leaves_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using var state = new Lars { GradientClipping = new GradientClipping() }.Create(Named(weights));
        SetGradients(state, weights, 0);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 10; step++)
        {
            state.ClipGradients();
            state.Step(0.1, 0.1);
            state.ZeroGrad();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(LearningRateScaling.None, 0.3)]
    [InlineData(LearningRateScaling.Linear, 4.8)]
    [InlineData(LearningRateScaling.SquareRoot, 1.2)]
    public void The_learning_rate_follows_the_batch(LearningRateScaling scaling, double expected) =>
        Assert.Equal(expected, new Sgd { LearningRate = 0.3, LearningRateScaling = scaling }.PeakLearningRate(4096), 10);

    [Fact]
    public void Weight_decay_goes_along_half_a_cosine()
    {
        var optimizer = new AdamW { WeightDecay = 0.04, FinalWeightDecay = 0.4 };

        Assert.Equal(0.04, optimizer.WeightDecayAt(0, 100), 10);
        Assert.Equal(0.22, optimizer.WeightDecayAt(50, 100), 10);
        Assert.Equal(0.4, optimizer.WeightDecayAt(100, 100), 10);
        Assert.Equal(0.04, new AdamW().WeightDecayAt(70, 100));
    }

    public static TheoryData<Optimizer, string> OutOfRange => new()
    {
        { new Sgd { LearningRate = 0 }, "LearningRate" },
        { new Sgd { LearningRate = double.PositiveInfinity }, "LearningRate" },
        { new Sgd { Momentum = 1 }, "Momentum" },
        { new Sgd { WeightDecay = -1 }, "WeightDecay" },
        { new Lars { TrustCoefficient = 0 }, "TrustCoefficient" },
        { new AdamW { Beta2 = 1 }, "Beta2" },
        { new AdamW { FinalWeightDecay = -0.1 }, "FinalWeightDecay" },
        { new Adam { Epsilon = 0 }, "Epsilon" },
        { new Adam { GradientClipping = new GradientClipping { MaxNorm = 0 } }, "MaxNorm" },
        { new Sgd { WeightDecayExclusion = (ParameterExclusion)9 }, "WeightDecayExclusion" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_setting_out_of_its_range_is_named(Optimizer optimizer, string setting) =>
        Assert.Equal(setting, Assert.Throws<ArgumentOutOfRangeException>(optimizer.Validate).ParamName);

    private static Dictionary<string, Parameter> Weights() => new long[][] { [3, 5], [5], [4, 3], [7], [] }
        .Zip(["a.weight", "a.bias", "b.weight", "bn.weight", "scale"])
        .ToDictionary(pair => pair.Second, pair => new Parameter(tensor(DeterministicFill.Values($"{pair.Second}.values", [1, .. pair.First])).reshape(pair.First)));

    private static Tensor Gradient(string name, int step)
    {
        long[] shape = Weights()[name].shape;
        return tensor(DeterministicFill.Values($"{name}.gradient{step}", [1, .. shape])).reshape(shape);
    }

    private static IEnumerable<MethodParameter> Named(Dictionary<string, Parameter> weights) => weights.Select(w => new MethodParameter(w.Key, w.Value));

    private static void SetGradients(OptimizerState state, Dictionary<string, Parameter> weights, int step)
    {
        state.ZeroGrad();
        foreach (var (name, parameter) in weights)
            parameter.grad!.copy_(Gradient(name, step));
    }

    private static void Run(OptimizerState state, Dictionary<string, Parameter> weights, Optimizer optimizer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            SetGradients(state, weights, step);
            state.Step(optimizer.LearningRate / (step + 1), optimizer.WeightDecay);
        }
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
}
