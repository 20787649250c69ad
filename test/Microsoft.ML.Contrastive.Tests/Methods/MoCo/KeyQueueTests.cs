using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class KeyQueueTests
{
    public KeyQueueTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Starts_with_directions_of_unit_length()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(2, 50, 4);

        Assert.All(queue.Keys(1).norm(1).ToFloats(), length => Assert.Equal(1, length, 1e-5));
    }

    [Fact]
    public void The_newest_keys_replace_the_oldest_also_across_the_end()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(1, 5, 1);
        queue.Enqueue(Keys(1, 2, 3));
        queue.Enqueue(Keys(4, 5, 6, 7));

        Assert.Equal([6f, 7f, 3f, 4f, 5f], queue.Keys(0).ToFloats());
        Assert.Equal(2, queue.get_buffer("pointer")!.item<long>());
    }

    [Fact]
    public void Of_a_batch_larger_than_the_queue_the_last_keys_stay()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(1, 3, 1);
        queue.Enqueue(Keys(1, 2, 3, 4, 5, 6, 7));

        Assert.Equal([7f, 5f, 6f], queue.Keys(0).ToFloats());
        Assert.Equal(1, queue.get_buffer("pointer")!.item<long>());
    }

    [Fact]
    public void Two_queues_are_filled_side_by_side()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(2, 2, 1);
        queue.Enqueue(Keys(1, 2), Keys(3, 4));

        Assert.Equal([1f, 2f], queue.Keys(0).ToFloats());
        Assert.Equal([3f, 4f], queue.Keys(1).ToFloats());
    }

    private static Tensor Keys(params float[] values) => tensor(values).reshape(-1, 1);
}
