using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class NtXentTests
{
    public NtXentTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.07)]
    [InlineData(7, 0.1)]
    public void Equals_a_loop_over_all_pairs(int batch, double temperature)
    {
        using var scope = NewDisposeScope();
        var (z1, z2) = (Rows.Random(batch, 5, seed: 1), Rows.Random(batch, 5, seed: 2));
        var z = Rows.Of(cat([z1, z2]));
        var expected = Enumerable.Range(0, 2 * batch).Average(i =>
        {
            var others = Enumerable.Range(0, 2 * batch).Where(k => k != i).ToList();
            return Rows.CrossEntropy([.. others.Select(k => Rows.Cosine(z[i], z[k]) / temperature)], others.IndexOf((i + batch) % (2 * batch)));
        });

        Assert.Equal(expected, NtXent.Loss(z1, z2, temperature).ToNumber(), 1e-5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(33)]
    public void Of_equal_vectors_is_the_log_of_2N_minus_1(int batch)
    {
        using var scope = NewDisposeScope();
        var z = ones(batch, 8);

        Assert.Equal(Math.Log((2 * batch) - 1), NtXent.Loss(z, z, 0.5).ToNumber(), 1e-5);
    }

    [Fact]
    public void Of_perfectly_separated_pairs_has_its_closed_form()
    {
        using var scope = NewDisposeScope();
        var z = eye(6);   // each pair equal, all pairs orthogonal: −log( e^(1/τ) / (e^(1/τ) + 2N − 2) )

        Assert.Equal(Math.Log(1 + (10 * Math.Exp(-1 / 0.5))), NtXent.Loss(z, z, 0.5).ToNumber(), 1e-5);
    }

    [Fact]
    public void Does_not_depend_on_which_view_is_first_nor_on_the_order_of_the_batch()
    {
        using var scope = NewDisposeScope();
        var (z1, z2) = (Rows.Random(8, 6, seed: 3), Rows.Random(8, 6, seed: 4));
        var order = tensor(new long[] { 5, 2, 7, 0, 1, 6, 3, 4 });
        var loss = NtXent.Loss(z1, z2, 0.1).ToNumber();

        Assert.Equal(loss, NtXent.Loss(z2, z1, 0.1).ToNumber(), 1e-5);
        Assert.Equal(loss, NtXent.Loss(z1[order], z2[order], 0.1).ToNumber(), 1e-5);
        Assert.NotEqual(loss, NtXent.Loss(z1[order], z2, 0.1).ToNumber(), 2);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e8)]
    public void Depends_on_directions_alone(double scale)
    {
        using var scope = NewDisposeScope();
        var (z1, z2) = (Rows.Random(8, 6, seed: 5), Rows.Random(8, 6, seed: 6));

        Assert.Equal(NtXent.Loss(z1, z2, 0.1).ToNumber(), NtXent.Loss(z1 * scale, z2, 0.1).ToNumber(), 1e-4);
    }

    [Fact]
    public void Stays_finite_with_a_dead_row_and_a_tiny_temperature()
    {
        using var scope = NewDisposeScope();
        var z1 = Rows.Random(4, 6, seed: 7);
        z1[0].zero_();
        z1.requires_grad_();
        var loss = NtXent.Loss(z1, Rows.Random(4, 6, seed: 8), 1e-3);
        loss.backward();

        Assert.True(double.IsFinite(loss.ToNumber()));
        Assert.All(z1.grad!.ToFloats(), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void Is_computed_in_single_precision_from_halves()
    {
        using var scope = NewDisposeScope();
        var (z1, z2) = (Rows.Random(8, 6, seed: 9).bfloat16(), Rows.Random(8, 6, seed: 10).bfloat16());
        var loss = NtXent.Loss(z1, z2, 0.1);

        Assert.Equal(ScalarType.Float32, loss.dtype);
        Assert.Equal(NtXent.Loss(z1.to(ScalarType.Float32), z2.to(ScalarType.Float32), 0.1).ToNumber(), loss.ToNumber());
    }
}
