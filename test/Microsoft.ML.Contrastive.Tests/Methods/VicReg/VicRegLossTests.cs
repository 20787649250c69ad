using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class VicRegLossTests
{
    public VicRegLossTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(2, 3, VicRegAveraging.Released)]
    [InlineData(7, 5, VicRegAveraging.Released)]
    [InlineData(7, 5, VicRegAveraging.Equations)]
    public void Equals_loops_over_rows_and_outputs(int n, int d, VicRegAveraging averaging)
    {
        using var scope = NewDisposeScope();
        var options = new VicReg { InvarianceWeight = 3, VarianceWeight = 5, CovarianceWeight = 7, TargetDeviation = 1.2, Averaging = averaging };
        var (z1, z2) = (Rows.Random(n, d, seed: 1), Rows.Random(n, d, seed: 2) * 0.8);
        var (a, b) = (Rows.Of(z1), Rows.Of(z2));
        var released = averaging == VicRegAveraging.Released;
        double distance = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < d; j++)
                distance += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
        }

        var expected = (3 * distance / n / (released ? d : 1))
            + (5 * (Spread(a, 1.2) + Spread(b, 1.2)) / (released ? 2 : 1))
            + (7 * (Redundancy(a) + Redundancy(b)));

        Assert.Equal(expected, VicRegLoss.Loss(z1, z2, options).ToNumber(), 1e-4 * expected);
    }

    /// <summary>A collapsed batch: no distance, no covariance, and every output lacks all its spread but √ε.</summary>
    [Theory]
    [InlineData(VicRegAveraging.Released, 25 * 0.99)]
    [InlineData(VicRegAveraging.Equations, 2 * 25 * 0.99)]
    public void Of_a_collapsed_batch_is_the_variance_term_alone(VicRegAveraging averaging, double expected)
    {
        using var scope = NewDisposeScope();
        var z = ones(6, 4);

        Assert.Equal(expected, VicRegLoss.Loss(z, z, new VicReg { Averaging = averaging }).ToNumber(), 1e-4);
    }

    /// <summary>Columns of a Hadamard matrix: equal views, unit spread (16/15 with n − 1), no covariance.</summary>
    [Fact]
    public void Of_equal_spread_and_uncorrelated_outputs_is_zero()
    {
        using var scope = NewDisposeScope();
        var two = tensor(new float[,] { { 1, 1 }, { 1, -1 } });
        var four = two.kron(two);
        var z = four.kron(four)[.., 1..];       // [16, 15]; the first column is constant

        Assert.Equal(0, VicRegLoss.Loss(z, z, new VicReg()).ToNumber(), 1e-6);
    }

    /// <summary>Two equal outputs of spread s: C is s² everywhere, so that c = 2 s⁴ / 2.</summary>
    [Fact]
    public void Covariance_of_two_equal_outputs_has_its_closed_form()
    {
        using var scope = NewDisposeScope();
        var column = tensor(new float[] { 3, -3, 3, -3 }).unsqueeze(1);      // variance 36 / 3

        Assert.Equal(12 * 12, VicRegLoss.Covariance(cat([column, column], 1)).ToNumber(), 1e-3);
    }

    [Fact]
    public void Does_not_depend_on_which_view_is_first_nor_on_the_order_of_the_batch()
    {
        using var scope = NewDisposeScope();
        var (z1, z2) = (Rows.Random(8, 6, seed: 3), Rows.Random(8, 6, seed: 4));
        var order = tensor(new long[] { 5, 2, 7, 0, 1, 6, 3, 4 });
        var loss = VicRegLoss.Loss(z1, z2, new VicReg()).ToNumber();

        Assert.Equal(loss, VicRegLoss.Loss(z2, z1, new VicReg()).ToNumber(), 1e-4);
        Assert.Equal(loss, VicRegLoss.Loss(z1[order], z2[order], new VicReg()).ToNumber(), 1e-4);
        Assert.NotEqual(loss, VicRegLoss.Loss(z1[order], z2, new VicReg()).ToNumber(), 1);
    }

    [Fact]
    public void Gradients_stay_finite_when_everything_has_collapsed()
    {
        using var scope = NewDisposeScope();
        var z = ones(6, 4).requires_grad_();
        VicRegLoss.Loss(z, z, new VicReg()).backward();

        Assert.All(z.grad!.ToFloats(), g => Assert.True(float.IsFinite(g)));
    }

    private static double Spread(double[][] z, double target)
    {
        double sum = 0;
        for (var j = 0; j < z[0].Length; j++)
            sum += Math.Max(0, target - Math.Sqrt(Covariance(z, j, j) + 1e-4));
        return sum / z[0].Length;
    }

    private static double Redundancy(double[][] z)
    {
        double sum = 0;
        for (var i = 0; i < z[0].Length; i++)
        {
            for (var j = 0; j < z[0].Length; j++)
                sum += i == j ? 0 : Covariance(z, i, j) * Covariance(z, i, j);
        }

        return sum / z[0].Length;
    }

    private static double Covariance(double[][] z, int i, int j)
    {
        var (mi, mj) = (z.Average(row => row[i]), z.Average(row => row[j]));
        return z.Sum(row => (row[i] - mi) * (row[j] - mj)) / (z.Length - 1);
    }
}
