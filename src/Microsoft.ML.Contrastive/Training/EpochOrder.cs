using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The order of the rows in an epoch, from counter-based random numbers, so that a resumed epoch has the order of the first try.</summary>
internal static class EpochOrder
{
    /// <summary>A permutation of 0 … <paramref name="rows"/> − 1.</summary>
    public static int[] Shuffle(ulong seed, long epoch, int rows) =>
        new RandomSequence(new RowKey(seed, epoch, 0, 0), ViewPlan.ViewKey("epoch order"), purpose: 0).Permutation(rows);
}
