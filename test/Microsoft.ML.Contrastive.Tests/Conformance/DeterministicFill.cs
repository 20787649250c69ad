using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>The golden README's "Deterministic fill": values of a tensor from its name and shape, in place of shipped weights.</summary>
internal static class DeterministicFill
{
    /// <summary>u in [0, 1) of the element with C-order index <paramref name="index"/> of the tensor called <paramref name="name"/>.</summary>
    public static double Uniform(string name, long index) => Uniform(Crc32(name), index);

    /// <summary>The values of a tensor by the README's table of rules, of which the first that matches counts.</summary>
    public static float[] Values(string name, IReadOnlyList<long> shape)
    {
        var leaf = name[(name.LastIndexOf('.') + 1)..];
        var count = shape.Aggregate(1L, (a, b) => a * b);
        var fanIn = shape.Skip(1).Aggregate(1L, (a, b) => a * b);
        Func<double, double> value = leaf switch
        {
            "num_batches_tracked" => _ => 0,
            "running_var" => s => 1 + (0.5 * s),
            "running_mean" => s => 0.1 * s,
            "cls_token" or "pos_embed" => s => 0.2 * s,
            "weight_g" => _ => 1,
            "weight" when shape.Count == 1 => s => 1 + (0.2 * s),
            _ when shape.Count <= 1 => s => 0.1 * s,
            _ when shape.Count == 2 => s => Math.Sqrt(3.0 / fanIn) * s,
            _ => s => Math.Sqrt(6.0 / fanIn) * s,
        };
        var crc = Crc32(name);
        var values = new float[count];
        for (long i = 0; i < count; i++)
            values[i] = (float)value((2 * Uniform(crc, i)) - 1);
        return values;
    }

    /// <summary>Fills a parameter or buffer in place.</summary>
    public static void Fill(string name, Tensor target)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        target.copy_(tensor(Values(name, target.shape)).reshape(target.shape));
    }

    private static uint Crc32(string name)
    {
        // Bit by bit: names are short, and the check values of the README tell whether it is right.
        var crc = uint.MaxValue;
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }

    private static double Uniform(uint crc, long index)
    {
        unchecked
        {
            var x = ((ulong)crc << 32) + (ulong)index;
            x += 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            x ^= x >> 31;
            return (x >> 40) / (double)(1 << 24);
        }
    }
}
