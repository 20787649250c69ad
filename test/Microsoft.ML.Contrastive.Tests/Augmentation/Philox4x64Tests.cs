using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>The known answers that Random123 publishes for philox4x64 with 10 rounds (its <c>kat_vectors</c>), and what a sequence makes of blocks.</summary>
public sealed class Philox4x64Tests
{
    public static TheoryData<ulong[], ulong[], ulong[]> KnownAnswers => new()
    {
        {
            [0, 0, 0, 0],
            [0, 0],
            [0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b]
        },
        {
            [ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue],
            [ulong.MaxValue, ulong.MaxValue],
            [0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0]
        },
        {
            [0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89],
            [0x452821e638d01377, 0xbe5466cf34e90c6c],
            [0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Block_gives_the_published_answer(ulong[] counter, ulong[] key, ulong[] answer)
    {
        Philox4x64.Block(counter[0], counter[1], counter[2], counter[3], key[0], key[1], out ulong r0, out ulong r1, out ulong r2, out ulong r3);

        Assert.Equal(answer, new[] { r0, r1, r2, r3 });
    }

    [Fact]
    public void Sequence_runs_through_the_blocks_of_its_counter()
    {
        var random = new RandomSequence(new RowKey(11, 12, 13, 14), view: 15, purpose: 16);
        ulong[] drawn = [.. Enumerable.Range(0, 8).Select(_ => random.NextUInt64())];

        Philox4x64.Block(13, 14, 15, 16UL << 32, 11, 12, out ulong a, out ulong b, out ulong c, out ulong d);
        Philox4x64.Block(13, 14, 15, (16UL << 32) | 1, 11, 12, out ulong e, out ulong f, out ulong g, out ulong h);
        Assert.Equal(new[] { a, b, c, d, e, f, g, h }, drawn);
    }

    [Fact]
    public void Numbers_stay_inside_the_open_interval_and_are_uniform()
    {
        double[] numbers = new double[200_000];
        for (int row = 0; row < numbers.Length; row++)
            numbers[row] = new RandomSequence(new RowKey(1, 0, (ulong)row, 0), 0, 0).NextDouble();

        Assert.All(numbers, n => Assert.True(n is > 0 and < 1));
        Kolmogorov.AssertFollows(numbers, x => x);
    }
}
