using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>What follows the last linear layer of a head.</summary>
internal enum OutputNorm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Batch norm that scales and does not shift (google-research/simclr).</summary>
    Scale,

    /// <summary>Batch norm without parameters (MoCo v3, SimSiam).</summary>
    WithoutAffine,
}

/// <summary>
/// The multi-layer perceptron that projectors and predictors are: linear, [batch norm,] ReLU, …, linear[, batch norm]. The layers are
/// numbered in order of application, as in the original checkpoints ("0.weight", "1.running_mean", "3.weight").
/// </summary>
internal static class Mlp
{
    /// <param name="widths">Widths from the input to the output: one linear layer between each two.</param>
    /// <param name="hiddenBias">Whether the linear layers before the last have a bias.</param>
    /// <param name="hiddenBatchNorm">Whether they are followed by batch norm.</param>
    /// <param name="outputBias">Whether the last linear layer has a bias.</param>
    /// <param name="outputNorm">What follows the last linear layer.</param>
    public static Sequential Create(IReadOnlyList<int> widths, bool hiddenBias, bool hiddenBatchNorm, bool outputBias, OutputNorm outputNorm = OutputNorm.None)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>();
        for (var i = 0; i < widths.Count - 2; i++)
        {
            layers.Add(nn.Linear(widths[i], widths[i + 1], hasBias: hiddenBias));
            if (hiddenBatchNorm)
                layers.Add(nn.BatchNorm1d(widths[i + 1]));
            layers.Add(nn.ReLU());
        }

        layers.Add(nn.Linear(widths[^2], widths[^1], hasBias: outputBias));
        if (outputNorm != OutputNorm.None)
            layers.Add(OutputBatchNorm(widths[^1], outputNorm));
        return nn.Sequential(layers.Select((layer, i) => ($"{i}", layer)));
    }

    private static BatchNorm1d OutputBatchNorm(int width, OutputNorm norm)
    {
        var batchNorm = nn.BatchNorm1d(width, affine: norm == OutputNorm.Scale);
        if (norm == OutputNorm.Scale)
            batchNorm.bias!.requires_grad = false; // stays at zero
        return batchNorm;
    }
}
