using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance.Updates;
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
        c.Params.Informational("batch", "hid");
        c.Params.Require("batchnorm", "momentum 0.1, eps 1e-5");
        if (name != "byol")
            c.Params.Require("target_init", "copy");        // the README's rule for momentum copies and teachers
        if (MethodOf(name, c) is not { } method)
        {
            check.Unsupported($"no method '{name}'");
            return;
        }

        var dimensions = c.Params.GetProperty("encoder_dims");
        var backbone = c.Params.Text("encoder") switch
        {
            "mlp" => new TinyBackbone(dimensions.GetProperty("d_in").GetInt32(), 0, dimensions.GetProperty("hidden").GetInt32()),
            "conv" => new TinyBackbone(null, dimensions.GetProperty("c1").GetInt32(), dimensions.GetProperty("hidden").GetInt32()),
            var other => throw new InvalidDataException($"There is no encoder '{other}'."),
        };
        Follow(method, backbone, name, ScalarType.Float64, c, check);
        Follow(method, backbone, name, ScalarType.Float32, c, check);
    }

    private static void Follow(ContrastiveMethod method, TinyBackbone backbone, string name, ScalarType precision, GoldenCase c, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var module = method.Create(backbone);
        module.to(precision);
        module.train();
        Fill(module, name, sameStart: method is not Byol { TargetStart: TargetStart.OwnWeights }, c);

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

    /// <summary>
    /// The method of a case. What heads look like stands in the names of their parameters: a bias, a norm or a further layer that is there was there in the
    /// original.
    /// </summary>
    private static ContrastiveMethod? MethodOf(string name, GoldenCase c)
    {
        var p = c.Params;
        HashSet<string> weights = [.. c.ExpectedValue("final_statistics").EnumerateObject().Select(entry => entry.Name)];
        var headLayers = weights.Count(w => HeadWeight().IsMatch(w) && !weights.Contains(w.Replace("weight", "running_mean", StringComparison.Ordinal)));
        return name switch
        {
            "simclr" => new SimClr
            {
                Temperature = p.Number("t"),
                ProjectionDimension = p.Whole("dim"),
                ProjectionBatchNorm = weights.Contains("fc.1.running_mean"),
                ProjectionLayers = headLayers,
            },
            "mocov1" or "mocov2" => new MoCo
            {
                Head = name == "mocov1" ? MoCoHead.Linear : MoCoHead.Mlp,
                Temperature = p.Number("t"),
                Momentum = p.Number("m"),
                ProjectionDimension = p.Whole("dim"),
                QueueSize = p.Whole("K"),
                Symmetric = p.Flag("symmetric", false),
            },
            "mocov3" => new MoCoV3
            {
                Temperature = p.Number("t"),
                Momentum = p.Number("m"),
                ProjectionDimension = p.Whole("dim"),
                HiddenDimension = p.Whole("mlp_dim"),
                ProjectionLayers = headLayers,
                PredictorBatchNorm = weights.Contains("predictor.4.running_mean"),
            },
            "byol" => new Byol
            {
                Momentum = p.Number("m"),
                HiddenDimension = p.Whole("hidden"),
                ProjectionDimension = p.Whole("dim"),
                OutputBias = weights.Contains("online.projector.3.bias"),
                TargetStart = p.Text("target_init") switch
                {
                    null or "copy" => TargetStart.OnlineWeights,
                    "own formula values (names target.*)" => TargetStart.OwnWeights,
                    var other => throw new InvalidDataException($"The parameter 'target_init' is '{other}'; this runner knows 'copy' and 'own formula values (names target.*)'."),
                },
            },
            "simsiam" => new SimSiam
            {
                ProjectionDimension = p.Whole("dim"),
                PredictorHiddenDimension = p.Whole("pred_dim"),
                ProjectionLayers = headLayers,
                FixedPredictorLearningRate = p.Flag("fix_pred_lr", true),
            },
            "dino" => new Dino
            {
                Prototypes = p.Whole("out_dim"),
                HiddenDimension = p.Whole("head_hidden"),
                BottleneckDimension = p.Whole("bottleneck"),
                HeadLayers = headLayers,
                HeadBatchNorm = weights.Contains("student.head.mlp.1.running_mean"),
                NormalizePrototypes = !c.ExpectedValue("gradient_norm_step0").TryGetProperty("student.head.last_layer.weight_g", out _),
                StudentTemperature = p.Number("student_temp"),
                TeacherTemperature = p.Number("teacher_temp"),
                WarmupTeacherTemperature = p.Number("warmup_teacher_temp"),
                WarmupTeacherTemperatureEpochs = p.Whole("warmup_teacher_temp_epochs"),
                Momentum = p.Number("m"),
                CenterMomentum = p.Number("center_momentum"),
                FreezeLastLayerEpochs = p.Whole("freeze_last_layer"),
            },
            _ => null,
        };
    }

    private static Optimizer OptimizerOf(string method, GoldenParameters p)
    {
        var (rate, decay) = (p.Number("lr"), p.Number("wd"));
        double? finalDecay = p.TryGetProperty("wd_end", out var end) ? end.GetDouble() : null;
        var clipping = p.TryGetProperty("clip", out var clip) && clip.GetDouble() is > 0 and var norm
            ? new GradientClipping { MaxNorm = norm, Scope = ClippingScope.EachParameter }
            : null;
        return (p.Text("opt") ?? (method == "dino" ? "adamw" : "sgd")) switch
        {
            "sgd" => new Sgd { LearningRate = rate, WeightDecay = decay, FinalWeightDecay = finalDecay, GradientClipping = clipping, Momentum = p.Number("momentum", 0.9), Nesterov = p.Flag("nesterov", false) },
            ("adam" or "adamw") and var name => UpdatesFamily.MomentsOf(name, p) with { LearningRate = rate, WeightDecay = decay, FinalWeightDecay = finalDecay, GradientClipping = clipping },
            "lars" => new Lars
            {
                LearningRate = rate,
                WeightDecay = decay,
                FinalWeightDecay = finalDecay,
                GradientClipping = clipping,
                Momentum = p.Number("momentum", 0.9),
                TrustCoefficient = p.Number("trust", 0.001),
            },
            var other => throw new InvalidDataException($"There is no optimiser '{other}'."),
        };
    }

    private static LearningRateSchedule ScheduleOf(string method, GoldenParameters p) => method switch
    {
        "dino" => new CosineSchedule
        {
            Convention = CosineConvention.Dino,
            WarmupEpochs = p.Whole("warmup_epochs"),
            FinalFraction = p.Number("min_lr") / p.Number("lr"),
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
            module.get_buffer("queue.keys")!.copy_(c.Input("queue0").ToTensor());
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
            "mocov1" => [("query.encoder.", "encoder_q."), ("query.projector.0.", "encoder_q.fc."), ("key.encoder.", "encoder_k."), ("key.projector.0.", "encoder_k.fc.")],
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

    /// <summary>Weights in the projector of the trained network: its linear layers and the norms between them.</summary>
    [GeneratedRegex(@"^(fc|encoder_q\.fc|base_encoder\.fc|online\.projector|encoder\.fc|student\.head\.mlp)\.(\d+\.)?weight$")]
    private static partial Regex HeadWeight();

    [GeneratedRegex(@"^(key|momentum|target|teacher)\.")]
    private static partial Regex Copy();
}
