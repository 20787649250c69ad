using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>Cosine similarity of rows, in single precision whatever the network computed in.</summary>
internal static class Cosine
{
    /// <summary>Below this length a row is divided by it instead of by its length: PyTorch's default, which all the original losses use.</summary>
    public const double Epsilon = 1e-12;

    /// <summary>Rows brought to unit length: x / max(‖x‖, 1e-12). Half-precision rows are widened first, for a loss of halves loses digits.</summary>
    public static Tensor Normalize(Tensor rows) =>
        nn.functional.normalize(rows.dtype is ScalarType.Float64 ? rows : rows.to(ScalarType.Float32), p: 2, dim: 1, eps: Epsilon);

    /// <summary>The cosine of each row with its partner: [B, d] and [B, d] to [B].</summary>
    public static Tensor Similarity(Tensor rows, Tensor partners) => (Normalize(rows) * Normalize(partners)).sum(1);
}
