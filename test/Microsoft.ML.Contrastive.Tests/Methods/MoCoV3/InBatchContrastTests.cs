using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class InBatchContrastTests
{
    public InBatchContrastTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Equals_a_loop_over_the_batch()
    {
        using var scope = NewDisposeScope();
        var (q, k) = (Rows.Random(5, 6, seed: 1), Rows.Random(5, 6, seed: 2));
        var (qs, ks) = (Rows.Of(q), Rows.Of(k));
        var expected = 2 * 0.2 * Enumerable.Range(0, 5).Average(i => Rows.CrossEntropy([.. ks.Select(key => Rows.Cosine(qs[i], key) / 0.2)], i));

        Assert.Equal(expected, MoCoV3Module.InBatchContrast(q, k, 0.2).ToNumber(), 1e-5);
    }

    [Fact]
    public void Of_equal_vectors_is_the_log_of_the_batch_times_twice_the_temperature()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(2 * 0.3 * Math.Log(7), MoCoV3Module.InBatchContrast(ones(7, 4), ones(7, 4), 0.3).ToNumber(), 1e-5);
    }
}
