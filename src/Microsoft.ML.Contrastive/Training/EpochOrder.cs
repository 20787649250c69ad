using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The order of the rows in an epoch: a Fisher–Yates shuffle on counter-based random numbers, so that a resumed epoch has the order of the first try.</summary>
internal static class EpochOrder
{
    /// <summary>A permutation of 0 … <paramref name="rows"/> − 1.</summary>
    public static int[] Shuffle(ulong seed, long epoch, int rows)
    {
        var random = new RandomSequence(new RowKey(seed, epoch, 0, 0), ViewPlan.ViewKey("epoch order"), purpose: 0);
        int[] order = [.. Enumerable.Range(0, rows)];
        for (int i = rows - 1; i > 0; i--)
        {
            // The high half of a 64 × 32 bit product: uniform to 2^-32 relative without a division.
            int j = (int)Math.BigMul(random.NextUInt64(), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
