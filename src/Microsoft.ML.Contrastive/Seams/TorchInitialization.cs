using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>Weights' starting values: drawn one network at a time, and what TorchSharp gets wrong.</summary>
internal static class TorchInitialization
{
    private static readonly Lock Drawing = new();

    /// <summary>Builds what draws its weights from torch's global random numbers, started at a seed: two that are built at once must not take turns in drawing.</summary>
    public static T FromSeed<T>(int seed, Func<T> build)
    {
        TorchRuntime.EnsureLoaded();
        lock (Drawing)
        {
            random.manual_seed(seed);
            return build();
        }
    }

    /// <summary>
    /// Fills a tensor from a normal distribution of mean zero that is cut off on both sides. TorchSharp 0.107's <c>trunc_normal_</c> writes the standard
    /// deviation into every element instead, from which units of a layer never come apart.
    /// </summary>
    /// <param name="target">The tensor; it is returned.</param>
    /// <param name="deviation">Standard deviation before the cut.</param>
    /// <param name="bound">Largest absolute value.</param>
    public static Tensor TruncatedNormal(Tensor target, double deviation, double bound)
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        // Inverse transform: a uniform number between the two tails' probabilities, through the inverse error function.
        Tensor erf = special.erf(tensor(bound / deviation / Math.Sqrt(2), float64));
        // In double the inverse is finite up to eight deviations; beyond, the cut takes away less than one number in 10¹⁵.
        double limit = Math.Min(erf.item<double>(), 1 - 1e-15);
        Tensor uniform = empty(target.shape, dtype: float64).uniform_(-limit, limit);
        target.copy_(special.erfinv(uniform).mul_(deviation * Math.Sqrt(2)).clamp_(-bound, bound));
        return target;
    }
}
