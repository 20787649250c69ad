using Microsoft.ML.Contrastive.Cli.Sweep;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>Which runs of one method may stand in one file.</summary>
public class RunFactsTests
{
    private static readonly RunFacts Run = new()
    {
        Key = new RunKey("scenes", "dino", "resnet10", 10, 1, "rrc"),
        Images = 40,
        Queries = 20,
        Sample = "e4dd",
        ImageSize = 36,
        Protocol = "knn",
        BatchSize = 8,
        Settings = ["method = Dino", "method.momentum = 0.99"],
    };

    [Theory]
    [InlineData(null, "method = Dino", "method.momentum = 0.99", "method.later = none")]
    [InlineData("'method.momentum = 0.9' here, 'method.momentum = 0.99' there", "method = Dino", "method.momentum = 0.9")]
    [InlineData("'method.encoderFrom = Teacher' here, nothing like it there", "method = Dino", "method.momentum = 0.99", "method.encoderFrom = Teacher")]
    [InlineData("nothing like it here, 'method.momentum = 0.99' there", "method = Dino", "method.momentum = none")]
    public void An_option_that_older_runs_did_not_have_tells_them_apart_only_where_it_is_set(string? difference, params string[] settings) =>
        Assert.Equal(difference, (Run with { Key = Run.Key with { Seed = 2 }, Settings = settings }).DifferenceFrom(Run));
}
