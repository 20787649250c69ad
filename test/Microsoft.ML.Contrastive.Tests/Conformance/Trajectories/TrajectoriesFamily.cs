using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Trajectories;

/// <summary>
/// Five optimiser steps of each method on a tiny encoder, by the same calls in the same order as the trainer makes them. The original codes name
/// their parameters differently; <see cref="OriginalName"/> translates. Everything is run in double precision, as the references were, and in
/// single precision, as training is; the gradient norms of the first step in double precision alone: a bias before a batch norm has a gradient of 0, of
/// which single precision leaves noise about as large as the tolerance.
/// </summary>
internal sealed partial class TrajectoriesFamily : GoldenFamily
{
    public override string Name => "trajectories";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var name = c.Params.GetProperty("method").GetString()!;
        if (MethodOf(name, c.Params) is not { } method)
        {
            check.Unsupported($"no method '{name}'");
            return;
        }

        var dimensions = c.Params.GetProperty("encoder_dims");
        var backbone = c.Params.GetProperty("encoder").GetString() == "mlp"
            ? new TinyBackbone(dimensions.GetProperty("d_in").GetInt32(), 0, dimensions.GetProperty("hidden").GetInt32())
            : new TinyBackbone(null, dimensions.GetProperty("c1").GetInt32(), dimensions.GetProperty("hidden").GetInt32());
        Follow(method, backbone, name, ScalarType.Float64, c, check);
        Follow(method, backbone, name, ScalarType.Float32, c, check);
    }

    private static void Follow(ContrastiveMethod method, TinyBackbone backbone, string name, ScalarType precision, GoldenCase c, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var module = method.Create(backbone);
        module.to(precision);
        module.train();
        Fill(module, name, sameStart: name != "byol" || ((Byol)method).TargetStart == TargetStart.OnlineWeights, c);

        var steps = c.Params.GetProperty("steps").GetInt32();
        var optimizer = OptimizerOf(name, c.Params);
        var schedule = ScheduleOf(name, c.Params);
        using var state = optimizer.Create(module.TrainableParameters());
        var (losses, rates, decays) = (new List<double>(), new List<double>(), new List<double>());
        for (var step = 0; step < steps; step++)
        {
            using var stepScope = NewDisposeScope();
            var position = new TrainingPosition(step, 1, steps);
            state.ZeroGrad();
            var loss = module.Loss(Views(c, step, precision), position);
            loss.backward();
            losses.Add(loss.ToNumber());
            if (step == 0 && precision == ScalarType.Float64)
                check.Numbers("gradient_norm_step0", GradientNorms(module, name));
            rates.Add(optimizer.LearningRate * schedule.At(step, steps, 1));
            decays.Add(optimizer.WeightDecayAt(step, steps));
            state.ClipGradients();
            module.BeforeOptimizerStep(position);
            state.Step(rates[^1], decays[^1]);
            module.AfterOptimizerStep(position);
        }

        check.Numbers("loss_per_step", losses);
        check.Statistics("final_statistics", FinalStatistics(module, name));
        foreach (var entry in c.ExpectedNames.Where(entry => entry.StartsWith("final.", StringComparison.Ordinal)))
            check.Array(entry, Weights(module).Single(w => OriginalName(name, w.Name) == entry["final.".Length..]).Tensor.ToFloats());
        CompareState(module, method, steps, rates, decays, c, check);
    }

    private static void CompareState(
        MethodModule module, ContrastiveMethod method, int steps, List<double> rates, List<double> decays, GoldenCase c, GoldenCheck check)
    {
        Func<TrainingPosition, double>? momentum = module switch
        {
            MoCoV3Module m => m.MomentumAt,
            ByolModule m => m.MomentumAt,
            DinoModule m => m.MomentumAt,
            _ => null,
        };
        foreach (var entry in c.ExpectedNames)
        {
            switch (entry)
            {
                case "momentum_per_step":
                    check.Numbers(entry, Enumerable.Range(0, steps).Select(step => momentum!(new TrainingPosition(step, 1, steps))));
                    break;
                case "lr_per_step":
                    check.Numbers(entry, rates);
                    break;
                case "wd_per_step":
                    check.Numbers(entry, decays);
                    break;
                case "teacher_temp_per_step":
                    check.Numbers(entry, Enumerable.Range(0, steps).Select(((Dino)method).TeacherTemperatureAt));
                    break;
                case "final_queue":
                    check.Array(entry, module.get_buffer("queue.keys")!.ToFloats());
                    break;
                case "final_pointer":
                    check.Number(entry, module.get_buffer("queue.pointer")!.item<long>());
                    break;
                case "final_center":
                    check.Array(entry, ((DinoModule)module).Center.ToFloats());
                    break;
            }
        }
    }

    private static ContrastiveMethod? MethodOf(string name, JsonElement p)
    {
        double Number(string key) => p.GetProperty(key).GetDouble();
        int Whole(string key) => p.GetProperty(key).GetInt32();
        return name switch
        {
            "simclr" => new SimClr { Temperature = Number("t"), ProjectionDimension = Whole("dim"), ProjectionBatchNorm = false },
            "mocov2" => MoCo.V2 with { Temperature = Number("t"), Momentum = Number("m"), ProjectionDimension = Whole("dim"), QueueSize = Whole("K") },
            "mocov3" => new MoCoV3 { Temperature = Number("t"), Momentum = Number("m"), ProjectionDimension = Whole("dim"), HiddenDimension = Whole("mlp_dim") },
            "byol" => new Byol
            {
                Momentum = Number("m"),
                HiddenDimension = Whole("hidden"),
                ProjectionDimension = Whole("dim"),
                TargetStart = p.GetProperty("target_init").GetString() == "copy" ? TargetStart.OnlineWeights : TargetStart.OwnWeights,
            },
            "simsiam" => new SimSiam { ProjectionDimension = Whole("dim"), PredictorHiddenDimension = Whole("pred_dim") },
            "dino" => new Dino
            {
                Prototypes = Whole("out_dim"),
                HiddenDimension = Whole("head_hidden"),
                BottleneckDimension = Whole("bottleneck"),
                StudentTemperature = Number("student_temp"),
                TeacherTemperature = Number("teacher_temp"),
                WarmupTeacherTemperature = Number("warmup_teacher_temp"),
                WarmupTeacherTemperatureEpochs = Whole("warmup_teacher_temp_epochs"),
                Momentum = Number("m"),
                CenterMomentum = Number("center_momentum"),
                FreezeLastLayerEpochs = Whole("freeze_last_layer"),
            },
            _ => null,
        };
    }

    private static Optimizer OptimizerOf(string method, JsonElement p)
    {
        var (rate, decay) = (p.GetProperty("lr").GetDouble(), p.GetProperty("wd").GetDouble());
        if (method == "dino")
        {
            return new AdamW
            {
                LearningRate = rate,
                WeightDecay = decay,
                FinalWeightDecay = p.GetProperty("wd_end").GetDouble(),
                GradientClipping = new GradientClipping { MaxNorm = p.GetProperty("clip").GetDouble(), Scope = ClippingScope.EachParameter },
            };
        }

        return (p.TryGetProperty("opt", out var name) ? name.GetString() : "sgd") switch
        {
            "sgd" => new Sgd { LearningRate = rate, WeightDecay = decay },
            "adam" => new Adam { LearningRate = rate, WeightDecay = decay },
            "adamw" => new AdamW { LearningRate = rate, WeightDecay = decay },
            "lars" => new Lars
            {
                LearningRate = rate,
                WeightDecay = decay,
                TrustCoefficient = p.TryGetProperty("trust", out var trust) ? trust.GetDouble() : 0.001,
            },
            var other => throw new InvalidDataException($"There is no optimiser '{other}'."),
        };
    }

    private static LearningRateSchedule ScheduleOf(string method, JsonElement p) => method switch
    {
        "dino" => new CosineSchedule
        {
            Convention = CosineConvention.Dino,
            WarmupEpochs = p.GetProperty("warmup_epochs").GetInt32(),
            FinalFraction = p.GetProperty("min_lr").GetDouble() / p.GetProperty("lr").GetDouble(),
        },
        "simsiam" => new CosineSchedule { WarmupEpochs = 0 },
        _ => new ConstantSchedule(),
    };

    private static List<Tensor> Views(GoldenCase c, int step, ScalarType precision)
    {
        var views = c.Input("views").ToTensor()[step].unbind().ToList();
        if (c.InputNames.Contains("local_crops"))
            views.AddRange(c.Input("local_crops").ToTensor()[step].unbind());
        return [.. views.Select(view => view.to(precision))];
    }

    /// <summary>Fills every parameter and running statistic by its original name; a copy that starts like the trained network gets that one's values.</summary>
    private static void Fill(MethodModule module, string method, bool sameStart, GoldenCase c)
    {
        foreach (var (name, tensor) in Weights(module))
            DeterministicFill.Fill(OriginalName(method, sameStart ? OfTrained(name) : name), tensor);
        if (c.InputNames.Contains("queue0"))
            module.get_buffer("queue.keys")!.copy_(c.Input("queue0").ToTensor().unsqueeze(0));
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Weights(MethodModule module) =>
        module.named_parameters().Select(p => (p.name, (Tensor)p.parameter))
            .Concat(module.named_buffers().Where(b => b.name.Contains("running_", StringComparison.Ordinal)).Select(b => (b.name, b.buffer)));

    private static Dictionary<string, double> GradientNorms(MethodModule module, string method) =>
        module.named_parameters().Where(p => p.parameter.requires_grad)
            .ToDictionary(p => OriginalName(method, p.name), p => p.parameter.grad!.norm().ToNumber());

    private static Dictionary<string, (double Mean, double Std, double L2)> FinalStatistics(MethodModule module, string method)
    {
        var statistics = new Dictionary<string, (double, double, double)>();
        foreach (var (name, tensor) in Weights(module))
        {
            // The last batch norms of MoCo v3 and SimSiam have no weights, but running statistics like any other.
            var values = tensor.ToFloats().Select(v => (double)v).ToArray();
            var mean = values.Average();
            statistics[OriginalName(method, name)] = (
                mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), Math.Sqrt(values.Sum(v => v * v)));
        }

        return statistics;
    }

    private static string OfTrained(string name) => Copy().Replace(name, match => match.Value switch
    {
        "key." => "query.",
        "momentum." => "base.",
        "target." => "online.",
        _ => "student.",
    });

    /// <summary>The name that the original code gives to one of our parameters.</summary>
    private static string OriginalName(string method, string name)
    {
        var parts = method switch
        {
            "simclr" => new[] { ("encoder.", ""), ("projector.", "fc.") },
            "mocov2" => [("query.encoder.", "encoder_q."), ("query.projector.", "encoder_q.fc."), ("key.encoder.", "encoder_k."), ("key.projector.", "encoder_k.fc.")],
            "mocov3" => [("base.encoder.", "base_encoder."), ("base.projector.", "base_encoder.fc."), ("momentum.encoder.", "momentum_encoder."), ("momentum.projector.", "momentum_encoder.fc.")],
            "simsiam" => [("encoder.", "encoder."), ("projector.", "encoder.fc.")],
            "dino" => [("student.encoder.", "student.backbone."), ("student.projector.", "student.head."), ("teacher.encoder.", "teacher.backbone."), ("teacher.projector.", "teacher.head.")],
            _ => [],
        };
        foreach (var (ours, theirs) in parts)
        {
            if (name.StartsWith(ours, StringComparison.Ordinal))
                return theirs + name[ours.Length..];
        }

        return name;
    }

    [GeneratedRegex(@"^(key|momentum|target|teacher)\.")]
    private static partial Regex Copy();
}
