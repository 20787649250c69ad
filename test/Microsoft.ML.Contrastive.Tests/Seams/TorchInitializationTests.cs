using Microsoft.ML.Contrastive.Seams;
using Xunit;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public class TorchInitializationTests
{
    /// <summary>Standard deviations of a standard normal law cut off at ±c: √(1 − 2c φ(c) / (2Φ(c) − 1)).</summary>
    [Theory]
    [InlineData(1, 1, 0.539560)]
    [InlineData(.02, .04, .02 * 0.879626)]
    [InlineData(.02, 2, .02)]
    public void Values_spread_as_a_normal_law_cut_off_does(double deviation, double bound, double expected)
    {
        using Tensor values = zeros(400, 500);

        TorchInitialization.TruncatedNormal(values, deviation, bound);

        Assert.Equal(0, values.mean().item<float>() / deviation, tolerance: .01);
        Assert.Equal(1, values.std().item<float>() / expected, tolerance: .01);
        Assert.True(values.abs().max().item<float>() <= bound * 1.0001);
        Assert.True(values.unique().output.numel() > 100_000);
    }
}
