using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class DinoLossTests
{
    public DinoLossTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Equals_a_loop_over_pairs_of_views(int views)
    {
        using var scope = NewDisposeScope();
        var student = Enumerable.Range(0, views).Select(v => Rows.Random(3, 6, seed: v)).ToList();
        var teacher = Enumerable.Range(0, 2).Select(v => Rows.Random(3, 6, seed: 100 + v)).ToList();
        var center = Rows.Random(1, 6, seed: 200)[0];
        var expected = Naive(student, teacher, center, 0.1, 0.04);

        Assert.Equal(expected, DinoLoss.Loss(student, teacher, center, 0.1, 0.04).ToNumber(), 1e-4);
    }

    [Fact]
    public void Of_a_uniform_student_is_the_log_of_the_number_of_prototypes()
    {
        using var scope = NewDisposeScope();
        var teacher = new[] { Rows.Random(3, 16, seed: 1), Rows.Random(3, 16, seed: 2) };
        var student = Enumerable.Range(0, 4).Select(_ => zeros(3, 16)).ToList();

        Assert.Equal(Math.Log(16), DinoLoss.Loss(student, teacher, zeros(16), 0.1, 0.04).ToNumber(), 1e-5);
    }

    [Fact]
    public void The_teacher_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var teacher = Rows.Random(6, 4, seed: 1).requires_grad_();
        var student = Rows.Random(6, 4, seed: 2).requires_grad_();
        DinoLoss.Loss(student.chunk(2), teacher.chunk(2), zeros(4), 0.1, 0.04).backward();

        Assert.NotNull(student.grad);
        Assert.Null(teacher.grad);
    }

    [Fact]
    public void The_centre_follows_the_mean_of_the_teacher()
    {
        using var scope = NewDisposeScope();
        var center = tensor(new[] { 1f, 2f });
        DinoLoss.MoveCenter(center, tensor(new[,] { { 3f, 0f }, { 5f, 4f } }), 0.75);

        Assert.Equal([1.75f, 2f], center.ToFloats());
    }

    [Fact]
    public void The_teacher_temperature_warms_up_in_even_spaces_and_stays()
    {
        var dino = new Dino { WarmupTeacherTemperature = 0.04, TeacherTemperature = 0.07, WarmupTeacherTemperatureEpochs = 4 };

        Assert.Equal([0.04, 0.05, 0.06, 0.07, 0.07, 0.07], Enumerable.Range(0, 6).Select(e => Math.Round(dino.TeacherTemperatureAt(e), 10)));
        Assert.Equal(0.04, (dino with { WarmupTeacherTemperatureEpochs = 1 }).TeacherTemperatureAt(0));
        Assert.Equal(0.07, (dino with { WarmupTeacherTemperatureEpochs = 0 }).TeacherTemperatureAt(0));
    }

    private static double Naive(List<Tensor> student, List<Tensor> teacher, Tensor center, double studentTemperature, double teacherTemperature)
    {
        var centre = center.ToFloats();
        var pairs = new List<double>();
        for (var t = 0; t < teacher.Count; t++)
        {
            for (var s = 0; s < student.Count; s++)
            {
                if (s == t)
                    continue;
                var (ts, ss) = (Rows.Of(teacher[t]), Rows.Of(student[s]));
                pairs.Add(Enumerable.Range(0, ts.Length).Average(row =>
                {
                    double[] target = [.. ts[row].Select((v, d) => (v - centre[d]) / teacherTemperature)];
                    double[] logits = [.. ss[row].Select(v => v / studentTemperature)];
                    return Enumerable.Range(0, target.Length).Sum(d => Math.Exp(-Rows.CrossEntropy(target, d)) * Rows.CrossEntropy(logits, d));
                }));
            }
        }

        return pairs.Average();
    }
}
