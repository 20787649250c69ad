using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Weights as 8-bit integers.</summary>
internal static class OnnxQuantization
{
    /// <summary>Integers of either sign, so that zero is exact: −128 is not used.</summary>
    private const float Largest = 127;

    /// <summary>The integers q and the scales s of each channel, so that q · s is nearest to the values and the largest of a channel is exact.</summary>
    /// <param name="values">32-bit floats.</param>
    /// <param name="channelAxis">The axis along which every index has a scale of its own.</param>
    /// <returns>q in the shape of the values, s [channels].</returns>
    public static (Tensor Integers, Tensor Scales) PerChannel(Tensor values, int channelAxis)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] others = [.. Enumerable.Range(0, (int)values.dim()).Where(axis => axis != channelAxis).Select(axis => (long)axis)];
        Tensor scales = values.abs().amax(others, keepdim: true) / Largest;
        // A channel of zeros has any scale.
        Tensor divisor = scales.masked_fill(scales == 0, 1);
        Tensor integers = (values / divisor).round().to(ScalarType.Int8).contiguous();
        return (integers.MoveToOuterDisposeScope(), divisor.flatten().MoveToOuterDisposeScope());
    }
}
