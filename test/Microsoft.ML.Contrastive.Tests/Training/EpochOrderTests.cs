using Microsoft.ML.Contrastive.Training;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Training;

public class EpochOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Every_row_comes_once(int rows) =>
        Assert.Equal(Enumerable.Range(0, rows), EpochOrder.Shuffle(seed: 7, epoch: 3, rows).Order());

    [Fact]
    public void The_order_depends_on_seed_and_epoch_and_on_nothing_else()
    {
        int[] order = EpochOrder.Shuffle(7, 3, 100);
        Assert.Equal(order, EpochOrder.Shuffle(7, 3, 100));
        Assert.NotEqual(order, EpochOrder.Shuffle(8, 3, 100));
        Assert.NotEqual(order, EpochOrder.Shuffle(7, 4, 100));
    }

    [Fact]
    public void Every_row_is_as_likely_in_every_place()
    {
        // 5 rows over 20,000 epochs: each (row, place) has expectation 4,000 and standard deviation 57.
        var counts = new int[5, 5];
        for (int epoch = 0; epoch < 20_000; epoch++)
        {
            int[] order = EpochOrder.Shuffle(1, epoch, 5);
            for (int place = 0; place < 5; place++)
                counts[order[place], place]++;
        }

        foreach (int count in counts)
            Assert.InRange(count, 4000 - 285, 4000 + 285);
    }
}
