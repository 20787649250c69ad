using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The cross-entropy between the assignments of teacher and student (DINO, equations 1 to 4).</summary>
internal static class DinoLoss
{
    /// <summary>
    /// The mean, over all pairs of a global view by the teacher and another view by the student, of −Σ q log p, with q = softmax((teacher − centre)/τ_t)
    /// and p = softmax(student/τ_s). The teacher gets no gradient.
    /// </summary>
    /// <param name="student">One [B, prototypes] a view, the global ones first and in the teacher's order.</param>
    /// <param name="teacher">One [B, prototypes] a global view.</param>
    /// <param name="center">[prototypes].</param>
    /// <param name="studentTemperature">τ_s.</param>
    /// <param name="teacherTemperature">τ_t.</param>
    public static Tensor Loss(IReadOnlyList<Tensor> student, IReadOnlyList<Tensor> teacher, Tensor center, double studentTemperature, double teacherTemperature)
    {
        var logP = student.Select(s => nn.functional.log_softmax(Single(s).Over(studentTemperature), 1)).ToList();
        var pairs = new List<Tensor>();
        for (var t = 0; t < teacher.Count; t++)
        {
            var q = nn.functional.softmax(Single(teacher[t]).detach().Minus(center).Over(teacherTemperature), 1);
            for (var s = 0; s < logP.Count; s++)
            {
                if (s != t)
                    pairs.Add(-(q * logP[s]).sum(1).mean());
            }
        }

        return stack(pairs).mean();
    }

    /// <summary>centre ← m · centre + (1 − m) · the mean of the teacher's outputs over the batch, in place (equation 4).</summary>
    public static void MoveCenter(Tensor center, Tensor teacher, double momentum)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        center.Scale(momentum).Add(Mean(teacher)[0], 1 - momentum);
    }

    /// <summary>The mean of the teacher's outputs over the batch, [1, prototypes].</summary>
    public static Tensor Mean(Tensor teacher) => Single(teacher.detach()).mean([0], keepdim: true);

    /// <summary>Half-precision outputs are widened: a sum over 65536 prototypes would lose its small terms.</summary>
    private static Tensor Single(Tensor outputs) => outputs.dtype is ScalarType.Float64 ? outputs : outputs.to(ScalarType.Float32);
}
