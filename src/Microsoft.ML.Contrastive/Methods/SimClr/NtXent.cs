using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The normalised temperature-scaled cross-entropy loss (SimCLR, equation 1 and algorithm 1).</summary>
internal static class NtXent
{
    /// <summary>
    /// The mean over all 2B rows of −log( exp(cos(zᵢ, zⱼ)/τ) / Σ_{k≠i} exp(cos(zᵢ, z_k)/τ) ), j being the other view of i. (The original's code sums the
    /// two halves instead, which is twice this.)
    /// </summary>
    /// <param name="first">Projections of the first views, [B, d]; of any length.</param>
    /// <param name="second">Projections of the second views, [B, d].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Loss(Tensor first, Tensor second, double temperature)
    {
        var rows = 2 * first.shape[0];
        var z = Cosine.Normalize(cat([first, second]));
        var self = eye(rows, dtype: ScalarType.Bool, device: z.device);
        var logits = z.mm(z.t()).Over(temperature).Masked(self, double.NegativeInfinity);    // [2B, 2B]
        var otherView = arange(rows, dtype: ScalarType.Int64, device: z.device).roll(first.shape[0]);
        return nn.functional.cross_entropy(logits, otherView);
    }
}
