using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Losses;

/// <summary>Values and gradients of the losses, from raw projections.</summary>
internal sealed class LossesFamily : GoldenFamily
{
    public override string Name => "losses";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        // Normalisation is part of every loss, whether the inputs have unit length already or not.
        c.Params.Informational("n", "dim", "n_global", "n_local", "queue_size", "inputs_are_normalised");
        c.Params.Require("q_and_k_are_normalised_inside", "true");
        c.Params.Require("center_init", "zeros");
        switch (c.Name.Split('_')[0])
        {
            case "ntxent":
                NtXentCase(c, check);
                break;
            case "infonce":
                InfoNceCase(c, check);
                break;
            case "mocov3":
                MoCoV3Case(c, check);
                break;
            case "byol":
                ByolCase(c, check);
                break;
            case "simsiam":
                SimSiamCase(c, check);
                break;
            case "dino":
                DinoCase(c, check);
                break;
            default:
                check.Unsupported($"no loss for '{c.Name}'");
                break;
        }
    }

    private static void NtXentCase(GoldenCase c, GoldenCheck check)
    {
        var (z1, z2) = (c.Input("z1").ToLeaf(), c.Input("z2").ToLeaf());
        var loss = NtXent.Loss(z1, z2, c.Params.GetProperty("temperature").GetDouble());
        loss.backward();
        check.Number("loss", loss.ToNumber());
        check.Array("grad_z1", z1.grad!.ToFloats());
        check.Array("grad_z2", z2.grad!.ToFloats());
        check.Number("google_simclr_tf_loss", 2 * loss.ToNumber());
    }

    private static void InfoNceCase(GoldenCase c, GoldenCheck check)
    {
        var temperature = c.Params.GetProperty("temperature").GetDouble();
        var (q, k, queue) = (c.Input("q").ToLeaf(), c.Input("k").ToLeaf(), c.Input("queue").ToLeaf());
        var loss = InfoNce.Loss(q, k, queue, temperature);
        loss.backward();
        check.Number("loss", loss.ToNumber());
        check.Array("grad_q", q.grad!.ToFloats());
        Assert.Null(k.grad);
        Assert.Null(queue.grad);
        var hits = InfoNce.Logits(q, k, queue, temperature).argmax(1).eq(0).to(ScalarType.Float64).mean();
        check.Number("acc1_percent", 100 * hits.ToNumber());
    }

    private static void MoCoV3Case(GoldenCase c, GoldenCheck check)
    {
        var temperature = c.Params.GetProperty("temperature").GetDouble();
        var (q1, k2, q2, k1) = (c.Input("q1").ToLeaf(), c.Input("k2").ToLeaf(), c.Input("q2").ToLeaf(), c.Input("k1").ToLeaf());
        var half = MoCoV3Module.InBatchContrast(q1, k2, temperature);
        var loss = half + MoCoV3Module.InBatchContrast(q2, k1, temperature);
        loss.backward();
        check.Number("loss", loss.ToNumber());
        check.Number("half_q1_k2", half.ToNumber());
        check.Array("grad_q1", q1.grad!.ToFloats());
        check.Array("grad_q2", q2.grad!.ToFloats());
        Assert.Null(k1.grad);
        Assert.Null(k2.grad);
    }

    private static void ByolCase(GoldenCase c, GoldenCheck check)
    {
        var (p1, z2, p2, z1) = (c.Input("p1").ToLeaf(), c.Input("z2").ToLeaf(), c.Input("p2").ToLeaf(), c.Input("z1").ToLeaf());
        var half = ByolModule.OneDirection(p1, z2);
        var loss = half + ByolModule.OneDirection(p2, z1);
        loss.backward();
        check.Number("loss", loss.ToNumber());
        check.Number("one_direction_p1_z2", half.ToNumber());
        check.Array("grad_p1", p1.grad!.ToFloats());
        check.Array("grad_p2", p2.grad!.ToFloats());
        Assert.Null(z1.grad);
        Assert.Null(z2.grad);
    }

    private static void SimSiamCase(GoldenCase c, GoldenCheck check)
    {
        var (p1, z2, p2, z1) = (c.Input("p1").ToLeaf(), c.Input("z2").ToLeaf(), c.Input("p2").ToLeaf(), c.Input("z1").ToLeaf());
        var loss = SimSiamModule.NegativeCosine(p1, z2, p2, z1);
        loss.backward();
        check.Number("loss", loss.ToNumber());
        check.Array("grad_p1", p1.grad!.ToFloats());
        check.Array("grad_p2", p2.grad!.ToFloats());
        Assert.Null(z1.grad);
        Assert.Null(z2.grad);
    }

    private static void DinoCase(GoldenCase c, GoldenCheck check)
    {
        var options = new Dino
        {
            StudentTemperature = c.Params.GetProperty("student_temp").GetDouble(),
            WarmupTeacherTemperature = c.Params.GetProperty("warmup_teacher_temp").GetDouble(),
            TeacherTemperature = c.Params.GetProperty("teacher_temp").GetDouble(),
            WarmupTeacherTemperatureEpochs = c.Params.GetProperty("warmup_teacher_temp_epochs").GetInt32(),
            CenterMomentum = c.Params.GetProperty("center_momentum").GetDouble(),
        };
        var epochs = c.Params.GetProperty("n_epochs").GetInt32();
        var (student, teacher) = (c.Input("student").ToTensor(), c.Input("teacher").ToTensor());
        var center = zeros(c.Params.GetProperty("dim").GetInt32());
        var (losses, centers) = (new List<double>(), new List<float>());
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var leaf = student.clone().requires_grad_();
            var ofTeacher = teacher[epoch];
            var loss = DinoLoss.Loss(
                [.. leaf.unbind()], [.. ofTeacher.unbind()], center, options.StudentTemperature, options.TeacherTemperatureAt(epoch));
            loss.backward();
            DinoLoss.MoveCenter(center, ofTeacher.flatten(0, 1), options.CenterMomentum);
            losses.Add(loss.ToNumber());
            centers.AddRange(center.ToFloats());
            if (epoch == 0)
                check.Array("grad_student_epoch0", leaf.grad!.ToFloats());
            if (epoch == epochs - 1)
                check.Array("grad_student_last", leaf.grad!.ToFloats());
        }

        check.Numbers("teacher_temp_schedule", Enumerable.Range(0, epochs).Select(options.TeacherTemperatureAt));
        check.Numbers("loss_per_epoch", losses);
        check.Array("center_after_each", centers.ToArray());
    }
}
