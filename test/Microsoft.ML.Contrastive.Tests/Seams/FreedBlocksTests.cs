using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public sealed class FreedBlocksTests
{
    private const int Alignment = 64;

    [Fact]
    public void A_block_serves_the_next_request_of_its_class_and_no_other()
    {
        var blocks = new FreedBlocks();
        long size = FreedBlocks.RoundUp(1_000_000);
        UseAtMost(blocks, 10 * size);
        blocks.Add(4096, size + 4095);      // As malloc_usable_size has it: up to the end of the page.
        Assert.Equal(0, blocks.Take(FreedBlocks.RoundUp(2 * size), Alignment, out _));
        Assert.Equal(4096, blocks.Take(size, Alignment, out _));
        Assert.Equal(0, blocks.Take(size, Alignment, out _));
    }

    [Fact]
    public void A_block_that_is_not_aligned_as_asked_is_not_given()
    {
        var blocks = new FreedBlocks();
        long size = FreedBlocks.RoundUp(1_000_000);
        UseAtMost(blocks, 10 * size);
        blocks.Add(Alignment, size);
        Assert.Equal(0, blocks.Take(size, 4096, out _));
        Assert.Equal(Alignment, blocks.Take(size, Alignment, out _));
    }

    [Theory]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(1_000_000)]
    [InlineData(205_520_896)]
    [InlineData(68_719_476_737)]
    public void A_class_is_at_most_an_eighth_larger_than_what_was_asked_for(long size)
    {
        long rounded = FreedBlocks.RoundUp(size);
        Assert.InRange(rounded, size, size + (size / 8));
        Assert.Equal(rounded, FreedBlocks.RoundUp(rounded));
    }

    /// <summary>A program whose sizes never come again must not fill the memory with what it has freed.</summary>
    [Fact]
    public void What_is_held_and_used_stays_within_one_and_a_half_times_what_was_used_at_most()
    {
        var blocks = new FreedBlocks();
        long held = 0, address = 4096;
        var sizes = new Dictionary<long, long>();
        for (long asked = 1 << 20; asked < 64 << 20; asked += asked / 8)
        {
            long size = FreedBlocks.RoundUp(asked);
            Assert.Equal(0, blocks.Take(size, Alignment, out IReadOnlyList<nint> surplus));
            held -= surplus.Sum(block => sizes[block]);
            Assert.InRange(held + size, 0, 1.5 * size);
            address += 4096;
            sizes[address] = size;
            blocks.Add((nint)address, size);
            held += size;
        }
    }

    private static void UseAtMost(FreedBlocks blocks, long bytes)
    {
        blocks.Take(bytes, Alignment, out _);
        blocks.Add(Alignment, bytes);
        blocks.Clear();
    }
}
