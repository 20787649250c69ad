using System.Numerics;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>Blocks of memory that were freed and may be asked for again, by classes of size.</summary>
/// <remarks>
/// A class is an eighth of a power of two wide, so that blocks of nearly the same size serve one another; what a block has beyond what was asked for is never touched and therefore takes no
/// memory. Together with what is in use, held blocks stay below one and a half times what was in use at most: who asks for ever new sizes gets new blocks, and the old ones go.
/// </remarks>
internal sealed class FreedBlocks
{
    private const int ClassesAnOctave = 8;
    private const double LargestShare = 1.5;

    private readonly Dictionary<long, Stack<nint>> _held = [];
    private long _heldBytes, _usedBytes, _mostUsedBytes;

    /// <summary>The size that blocks of a class have.</summary>
    public static long RoundUp(long size) => (size + Step(size) - 1) / Step(size) * Step(size);

    /// <summary>Takes a block that holds at least so many bytes, and counts it as used whether there is one or it has to come from elsewhere.</summary>
    /// <param name="size">Bytes of a whole class.</param>
    /// <param name="alignment">What its address is a multiple of.</param>
    /// <param name="surplus">Blocks to free before another is asked for.</param>
    /// <returns>0 where there is none.</returns>
    public nint Take(long size, long alignment, out IReadOnlyList<nint> surplus)
    {
        surplus = [];
        _usedBytes += size;
        _mostUsedBytes = Math.Max(_mostUsedBytes, _usedBytes);
        if (_held.TryGetValue(size, out Stack<nint>? blocks) && blocks.TryPeek(out nint block) && block % alignment == 0)
        {
            _heldBytes -= size;
            return blocks.Pop();
        }

        if (_usedBytes + _heldBytes > LargestShare * _mostUsedBytes)
            surplus = Clear();
        return 0;
    }

    /// <summary>Holds a block that was freed.</summary>
    /// <param name="block">Its address.</param>
    /// <param name="size">Bytes that it has.</param>
    public void Add(nint block, long size)
    {
        size = size / Step(size) * Step(size);
        if (!_held.TryGetValue(size, out Stack<nint>? blocks))
            _held.Add(size, blocks = []);
        blocks.Push(block);
        _heldBytes += size;
        _usedBytes -= size;
    }

    /// <summary>Lets go of all blocks: they are the caller's to free.</summary>
    public IReadOnlyList<nint> Clear()
    {
        nint[] all = [.. _held.Values.SelectMany(blocks => blocks)];
        _held.Clear();
        _heldBytes = 0;
        return all;
    }

    private static long Step(long size) => (1L << BitOperations.Log2((ulong)size)) / ClassesAnOctave;
}
