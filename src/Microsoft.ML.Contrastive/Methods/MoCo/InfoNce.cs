using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The contrastive loss against a queue of negatives (MoCo, equation 1).</summary>
internal static class InfoNce
{
    /// <summary>Cosines over the temperature, [B, 1 + K]: in the first column that with the row's own key. Keys and queue get no gradient.</summary>
    /// <param name="queries">[B, d], of any length.</param>
    /// <param name="keys">[B, d], of any length.</param>
    /// <param name="queue">[K, d], of unit length.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Logits(Tensor queries, Tensor keys, Tensor queue, double temperature)
    {
        var q = Cosine.Normalize(queries);
        var positive = (q * Cosine.Normalize(keys.detach())).sum(1, keepdim: true);
        return cat([positive, q.mm(queue.detach().t())], 1).Over(temperature);
    }

    /// <summary>The mean over the rows of the cross-entropy of picking the row's own key.</summary>
    /// <inheritdoc cref="Logits"/>
    public static Tensor Loss(Tensor queries, Tensor keys, Tensor queue, double temperature) =>
        nn.functional.cross_entropy(
            Logits(queries, keys, queue, temperature), zeros(queries.shape[0], ScalarType.Int64, queries.device));
}
