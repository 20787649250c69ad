using Microsoft.ML.Contrastive.Augmentation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// "Shuffling BN" (MoCo, section 3.3) on one device: batch norm sees the batch in groups, as on several devices, queries in the order of their rows and keys in a
/// random one, lest a key be recognised by the statistics that it shares with its query.
/// </summary>
/// <remarks>All that devices would have to tell each other stands in <see cref="EncodeShuffled"/>, before and behind its call of <see cref="Encode"/>.</remarks>
/// <param name="groups">Groups that the batch is divided into; 1 changes nothing.</param>
internal sealed class ShufflingBatchNorm(int groups)
{
    private static readonly ulong Purpose = ViewPlan.ViewKey("shuffling batch norm");

    /// <summary>Encodes neighbouring rows together, one group after the other; running statistics move once, towards the mean of the groups'.</summary>
    /// <param name="network">[B, …] to [B, d].</param>
    /// <param name="images">[B, …], B a multiple of the groups.</param>
    public Tensor Encode(nn.Module<Tensor, Tensor> network, Tensor images)
    {
        if (groups == 1)
            return network.call(images);
        var norms = network.modules().OfType<BatchNorm>().Select(norm => (Norm: norm, Momentum: norm.momentum!.Value)).ToList();
        try
        {
            var outputs = new List<Tensor>();
            foreach (var (index, group) in images.chunk(groups).Index())
            {
                norms.ForEach(n => n.Norm.momentum = MomentumOf(index, n.Momentum));
                outputs.Add(network.call(group));
            }

            return cat(outputs);
        }
        finally
        {
            norms.ForEach(n => n.Norm.momentum = n.Momentum);
        }
    }

    /// <summary>The same with the rows in a random order; what comes out is in the order of <paramref name="images"/> again.</summary>
    /// <param name="network">[B, …] to [B, d].</param>
    /// <param name="images">[B, …], B a multiple of the groups.</param>
    /// <param name="position">Where training is: with <paramref name="view"/>, all that the order depends on, so that a restart repeats it.</param>
    /// <param name="view">Which of the step's views they are.</param>
    public Tensor EncodeShuffled(nn.Module<Tensor, Tensor> network, Tensor images, TrainingPosition position, int view)
    {
        if (groups == 1)
            return network.call(images);
        var key = new RowKey(unchecked((ulong)position.Seed), position.Step, (ulong)position.MicroBatch, RowHigh: 0);
        var order = tensor(new RandomSequence(key, Purpose, (uint)view).Permutation((int)images.shape[0])).to(images.device);

        // Between devices: gather the images of all, and take the own part of the order, which all draw alike.
        var shuffled = images.index_select(0, order);
        var outputs = Encode(network, shuffled);

        // Between devices: gather the outputs of all, and take those of the own images.
        return outputs.index_select(0, order.argsort());
    }

    /// <summary>
    /// The momentum of a group's update, by which the updates of all groups in turn come to a single one with the mean of their statistics, as SplitBatchNorm of MoCo's CIFAR example has it:
    /// r ← (1 − m) r + (m/G) Σ s. In m_g = (m/G) / (1 − (G − 1 − g) m/G), g from 0, the factors 1 − m_g telescope: r is left with 1 − m and each s with m/G.
    /// </summary>
    private double MomentumOf(int group, double momentum) => momentum / groups / (1 - ((groups - 1 - group) * momentum / groups));
}
