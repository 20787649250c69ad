using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The queue of keys (MoCo, section 3.2): a ring, in which the newest keys take the place of the oldest. It starts with random directions.</summary>
internal sealed class KeyQueue : nn.Module
{
    private readonly int _size;

    /// <param name="queues">Queues that are filled side by side.</param>
    /// <param name="size">Keys in each, K.</param>
    /// <param name="dimension">Width of a key, d.</param>
    public KeyQueue(int queues, int size, int dimension)
        : base(nameof(KeyQueue))
    {
        _size = size;
        register_buffer("keys", nn.functional.normalize(randn(queues, size, dimension), dim: 2));
        register_buffer("pointer", zeros(1, ScalarType.Int64));
    }

    /// <summary>The keys of one queue as they are now, [K, d]: a copy, for the loss needs them in its backward pass, when the queue has moved on.</summary>
    public Tensor Keys(int queue) => get_buffer("keys")![queue].clone();

    /// <summary>Puts keys [B, d] in, one tensor a queue. Of more than K, the last K.</summary>
    public void Enqueue(params Tensor[] keys)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (queue, pointer, count) = (get_buffer("keys")!, get_buffer("pointer")!, keys[0].shape[0]);
        var kept = Math.Min(count, _size);

        // All on the device: the place is not read back, so that the step does not wait.
        var places = (pointer + arange(count - kept, count, dtype: ScalarType.Int64, device: pointer.device)).remainder(_size);
        queue.index_copy_(1, places, stack([.. keys.Select(k => k.narrow(0, count - kept, kept).to(queue.dtype))]));
        pointer.add_(count).remainder_(_size);
    }
}
