using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Updates;

/// <summary>Queue, moving averages, schedules and optimisers.</summary>
internal sealed class UpdatesFamily : GoldenFamily
{
    public override string Name => "updates";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        if (c.Name.StartsWith("queue", StringComparison.Ordinal))
            QueueCase(c, check);
        else if (c.Name.StartsWith("ema", StringComparison.Ordinal))
            MovingAverageCase(c, check);
        else if (c.Name.StartsWith("momentum_schedule", StringComparison.Ordinal))
            MomentumScheduleCase(c, check);
        else if (c.Name.StartsWith("lr_schedule", StringComparison.Ordinal))
            LearningRateCase(c, check);
        else if (c.Name.Contains("zero_norms", StringComparison.Ordinal))
            ZeroNormsCase(c, check);
        else if (c.Name.StartsWith("opt", StringComparison.Ordinal))
            OptimizerCase(c, check);
        else
            check.Unsupported($"no update for '{c.Name}'");
    }

    private static void QueueCase(GoldenCase c, GoldenCheck check)
    {
        c.Params.Informational("batch");
        var steps = c.Params.GetProperty("steps").GetInt32();
        using var queue = new KeyQueue(1, c.Params.GetProperty("queue_size").GetInt32(), c.Params.GetProperty("dim").GetInt32());
        queue.get_buffer("keys")!.copy_(c.Input("queue0").ToTensor().unsqueeze(0));
        queue.get_buffer("pointer")!.fill_(c.Params.GetProperty("initial_pointer").GetInt64());
        var keys = c.Input("keys").ToTensor();
        var (pointers, contents) = (new List<double>(), new List<float>());
        for (var step = 0; step < steps; step++)
        {
            queue.Enqueue(keys[step]);
            pointers.Add(queue.get_buffer("pointer")!.item<long>());
            contents.AddRange(queue.Keys(0).ToFloats());
        }

        check.Numbers("pointer_after_each", pointers);
        check.Array("queue_after_each", contents.ToArray());
    }

    private static void MovingAverageCase(GoldenCase c, GoldenCheck check)
    {
        var steps = c.Params.GetProperty("steps").GetInt32();
        var count = c.InputNames.Count(name => name.StartsWith("target0_", StringComparison.Ordinal));
        var target = Enumerable.Range(0, count).Select(i => new Parameter(c.Input($"target0_{i}").ToTensor(), requires_grad: false)).ToList();
        var online = Enumerable.Range(0, count).Select(i => new Parameter(c.Input($"online_{i}").ToTensor()[0].clone())).ToList();
        using var flatTarget = new FlatParameters(target, withGradients: false);
        using var flatOnline = new FlatParameters(online, withGradients: false);
        using var noGrad = no_grad();
        for (var step = 0; step < steps; step++)
        {
            for (var i = 0; i < count; i++)
                online[i].copy_(c.Input($"online_{i}").ToTensor()[step]);
            FlatParameters.MoveTowards(target, online, c.Params.GetProperty("momentum").GetDouble());
        }

        for (var i = 0; i < count; i++)
            check.Array($"target_after_{steps}_{i}", target[i].ToFloats());
    }

    private static void MomentumScheduleCase(GoldenCase c, GoldenCheck check)
    {
        var (start, end) = (c.Params.Number("base_momentum"), c.Params.Number("final_momentum", 1));
        var steps = c.Params.Whole("epochs") * c.Params.Whole("iterations_per_epoch");
        foreach (var name in c.ExpectedNames.Where(name => !c.IsOptional(name)))
            check.Numbers(name, Enumerable.Range(0, c.ExpectedValue(name).GetArrayLength()).Select(s => MomentumSchedule.Cosine(start, s, steps, end)));
    }

    /// <summary>A case lists the conventions that it is about, and their parameters.</summary>
    private static void LearningRateCase(GoldenCase c, GoldenCheck check)
    {
        var p = c.Params;
        var (peak, stepsPerEpoch) = (p.Number("peak_lr"), p.Whole("iterations_per_epoch"));
        var steps = p.Whole("epochs") * stepsPerEpoch;
        var cosine = new CosineSchedule { WarmupEpochs = (int)p.Number("warmup_epochs", 0) };
        var dino = cosine with { Convention = CosineConvention.Dino, FinalFraction = p.Number("dino_final_lr", 0) / peak };
        var step = new StepSchedule { Factor = p.Number("step_gamma", StepSchedule.DefaultFactor) };
        if (p.TryGetProperty("step_milestones_epochs", out var milestones))
            step = step with { MilestoneEpochs = [.. milestones.EnumerateArray().Select(e => e.GetInt32())] };
        void Compare(string name, LearningRateSchedule schedule, int every)
        {
            if (!c.ExpectedNames.Contains(name))
                return;
            schedule.Validate();
            check.Numbers(name, Enumerable.Range(0, c.ExpectedValue(name).GetArrayLength()).Select(i => peak * schedule.At(i * every, steps, stepsPerEpoch)));
        }

        Compare("cosine_warmup_mocov3", cosine, 1);
        Compare("cosine_warmup_byol", cosine, 1);
        Compare("cosine_warmup_dino", dino, 1);
        Compare("cosine_warmup_lightly_variant", dino with { Convention = CosineConvention.Lightly }, 1);
        Compare("cosine_per_epoch_moco_simsiam", new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch }, stepsPerEpoch);
        Compare("step_per_epoch_moco", step, stepsPerEpoch);
    }

    private static void OptimizerCase(GoldenCase c, GoldenCheck check)
    {
        c.Params.Require("model", "y = fc2(tanh(fc1(x))); loss = mean((y - Y)^2) over all elements; fc(x) = x W^T + b");
        var optimizer = OptimizerOf(c.Params);
        var names = c.Params.GetProperty("parameter_order").EnumerateArray().Select(name => name.GetString()!).ToList();
        var parameters = names.ToDictionary(name => name, name => new Parameter(c.Input(name).ToTensor()));
        using var state = optimizer.Create(names.Select(name => new MethodParameter(name, parameters[name])));
        var (x, y) = (c.Input("X").ToTensor(), c.Input("Y").ToTensor());
        var losses = new List<double>();
        var after = names.ToDictionary(name => name, _ => new List<float>());
        foreach (var multiplier in c.Params.GetProperty("lr_multiplier_per_step").EnumerateArray())
        {
            state.ZeroGrad();
            var hidden = nn.functional.linear(x, parameters["fc1.weight"], parameters["fc1.bias"]).tanh();
            var loss = nn.functional.mse_loss(nn.functional.linear(hidden, parameters["fc2.weight"], parameters["fc2.bias"]), y);
            loss.backward();
            losses.Add(loss.ToNumber());
            state.Step(optimizer.LearningRate * multiplier.GetDouble(), optimizer.WeightDecay);
            foreach (var name in names)
                after[name].AddRange(parameters[name].ToFloats());
        }

        check.Numbers("loss_before_each_step", losses);
        foreach (var name in names)
            check.Array($"{name}_after_each", after[name].ToArray());
    }

    private static Optimizer OptimizerOf(GoldenParameters p)
    {
        var (rate, decay) = (p.Number("lr"), p.Number("weight_decay", 0));
        var name = p.Text("optimizer") ?? "lars"; // The case of the zero norms does not say.
        return name switch
        {
            "sgd" => new Sgd { LearningRate = rate, WeightDecay = decay, Momentum = p.Number("momentum", 0), Nesterov = p.Flag("nesterov", false) },
            "adam" or "adamw" => MomentsOf(name, p) with { LearningRate = rate, WeightDecay = decay },
            "lars" => new Lars { LearningRate = rate, WeightDecay = decay, Momentum = p.Number("momentum", 0), TrustCoefficient = p.Number("trust_coefficient", 0.001) },
            _ => throw new InvalidDataException($"There is no optimiser '{name}'."),
        };
    }

    /// <summary>Adam or AdamW with the moments of a case, in whatever family.</summary>
    internal static AdaptiveMomentEstimation MomentsOf(string name, GoldenParameters p)
    {
        AdaptiveMomentEstimation optimizer = name == "adam" ? new Adam() : new AdamW();
        var (beta1, beta2) = p.Pair("betas", (0.9, 0.999));
        return optimizer with { Beta1 = beta1, Beta2 = beta2, Epsilon = p.Number("eps", 1e-8) };
    }

    private static void ZeroNormsCase(GoldenCase c, GoldenCheck check)
    {
        var optimizer = OptimizerOf(c.Params);
        var gradients = c.Input("grads").ToTensor();
        var other = new Parameter(c.Input("p_other0").ToTensor());
        var zero = new Parameter(zeros_like(other));
        using var state = optimizer.Create([new("zero", zero), new("other", other)]);
        var (ofZero, ofOther) = (new List<float>(), new List<float>());
        for (var step = 0; step < gradients.shape[0]; step++)
        {
            state.ZeroGrad();
            zero.grad!.add_(gradients[step]);
            if (step >= 2)
                other.grad!.add_(gradients[step]);
            state.Step(optimizer.LearningRate, optimizer.WeightDecay);
            ofZero.AddRange(zero.ToFloats());
            ofOther.AddRange(other.ToFloats());
        }

        check.Array("p_zero_after_each", ofZero.ToArray());
        check.Array("p_other_after_each", ofOther.ToArray());
    }
}
