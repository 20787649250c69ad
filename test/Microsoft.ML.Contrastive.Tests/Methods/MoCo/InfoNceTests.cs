using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class InfoNceTests
{
    public InfoNceTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Equals_a_loop_over_queue_and_batch()
    {
        using var scope = NewDisposeScope();
        var (q, k, queue) = (Rows.Random(5, 6, seed: 1), Rows.Random(5, 6, seed: 2), Cosine.Normalize(Rows.Random(12, 6, seed: 3)));
        var (qs, ks, negatives) = (Rows.Of(q), Rows.Of(k), Rows.Of(queue));
        var expected = Enumerable.Range(0, 5).Average(i =>
            Rows.CrossEntropy([Rows.Cosine(qs[i], ks[i]) / 0.2, .. negatives.Select(n => Rows.Cosine(qs[i], n) / 0.2)], 0));

        Assert.Equal(expected, InfoNce.Loss(q, k, queue, 0.2).ToNumber(), 1e-5);
    }

    [Fact]
    public void Of_a_queue_that_holds_nothing_but_the_key_is_the_log_of_K_plus_1()
    {
        using var scope = NewDisposeScope();
        var q = Cosine.Normalize(Rows.Random(1, 6, seed: 4));

        Assert.Equal(Math.Log(10), InfoNce.Loss(q.expand(3, 6), q.expand(3, 6), q.expand(9, 6), 0.07).ToNumber(), 1e-5);
    }
}
