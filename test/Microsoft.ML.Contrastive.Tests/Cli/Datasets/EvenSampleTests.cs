using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

public sealed class EvenSampleTests
{
    [Fact]
    public void Places_are_the_first_of_equal_parts_and_all_where_there_are_few()
    {
        Assert.Equal([0, 3, 6], EvenSample.Of(10, 3));
        Assert.Equal([0, 1, 2], EvenSample.Of(3, 12));
        Assert.Empty(EvenSample.Of(0, 12));
        Assert.Equal([0, 666_666_666, 1_333_333_333], EvenSample.Of(2_000_000_000, 3));
    }
}
