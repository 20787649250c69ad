using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>The losses without negatives: BYOL's and SimSiam's.</summary>
public class RegressionLossTests
{
    public RegressionLossTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Byol_is_the_squared_distance_of_unit_vectors()
    {
        using var scope = NewDisposeScope();
        var (p, z) = (Rows.Random(5, 6, seed: 1), Rows.Random(5, 6, seed: 2));
        var expected = (Cosine.Normalize(p) - Cosine.Normalize(z)).pow(2).sum(1).mean().ToNumber();

        Assert.Equal(expected, ByolModule.OneDirection(p, z).ToNumber(), 1e-5);
    }

    [Fact]
    public void Byol_ranges_from_0_for_equal_to_4_for_opposite_directions()
    {
        using var scope = NewDisposeScope();
        var p = Rows.Random(5, 6, seed: 3);

        Assert.Equal(0, ByolModule.OneDirection(p, 3 * p).ToNumber(), 1e-5);
        Assert.Equal(4, ByolModule.OneDirection(p, -p).ToNumber(), 1e-5);
    }

    [Fact]
    public void Simsiam_is_a_quarter_of_the_sum_of_byols_two_directions_less_one()
    {
        using var scope = NewDisposeScope();
        var (p1, z2, p2, z1) = (Rows.Random(5, 6, seed: 4), Rows.Random(5, 6, seed: 5), Rows.Random(5, 6, seed: 6), Rows.Random(5, 6, seed: 7));
        var byol = (ByolModule.OneDirection(p1, z2) + ByolModule.OneDirection(p2, z1)).ToNumber();

        Assert.Equal((byol / 4) - 1, SimSiamModule.NegativeCosine(p1, z2, p2, z1).ToNumber(), 1e-5);
    }
}
