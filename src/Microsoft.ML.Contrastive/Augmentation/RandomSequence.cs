namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// A counter-based sequence of random numbers: Philox4x64-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
/// </summary>
/// <remarks>
/// The generator is a bijection of a 256-bit counter under a 128-bit key. The key holds (seed, epoch), the counter (row identifier, view,
/// purpose, block), so no two sequences ever share a number and none has a state that would have to be carried from row to row.
/// </remarks>
public struct RandomSequence
{
    private readonly ulong _key0, _key1, _counter0, _counter1, _counter2, _counter3;
    private ulong _block0, _block1, _block2, _block3;
    private uint _drawn;

    /// <summary>Opens the sequence of one purpose of one view of one row.</summary>
    /// <param name="key">Seed, epoch and row.</param>
    /// <param name="view">Identifies the view; see <see cref="ViewPlan.ViewKey"/>.</param>
    /// <param name="purpose">Identifies what the numbers are used for; see <see cref="AugmentationStep.RandomName"/>.</param>
    public RandomSequence(in RowKey key, ulong view, uint purpose)
    {
        (_key0, _key1) = (key.Seed, (ulong)key.Epoch);
        (_counter0, _counter1, _counter2) = (key.RowLow, key.RowHigh, view);
        _counter3 = (ulong)purpose << 32;
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        uint lane = _drawn & 3;
        if (lane == 0)
            Philox4x64.Block(_counter0, _counter1, _counter2, _counter3 | (_drawn >> 2), _key0, _key1, out _block0, out _block1, out _block2, out _block3);
        _drawn++;
        return lane switch { 0 => _block0, 1 => _block1, 2 => _block2, _ => _block3 };
    }

    /// <summary>The next number, uniform on (0, 1): 53 bits, moved by half a step so that neither end occurs and quantile functions stay finite.</summary>
    public double NextDouble() => ((NextUInt64() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>A random order of 0 … <paramref name="count"/> − 1: a Fisher–Yates shuffle by the next numbers.</summary>
    internal int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            // The high half of a 64 × 32 bit product: uniform to 2^-32 relative without a division.
            int j = (int)Math.BigMul(NextUInt64(), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
