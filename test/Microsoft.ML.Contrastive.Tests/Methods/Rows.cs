using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

/// <summary>Random rows for the losses, and plain loops over them to compare with.</summary>
internal static class Rows
{
    public static Tensor Random(long rows, long width, long seed)
    {
        TorchRuntime.EnsureLoaded();
        using var generator = new Generator((ulong)seed, CPU);
        return randn([rows, width], generator: generator);
    }

    public static double[][] Of(Tensor rows)
    {
        var (values, width) = (rows.ToFloats(), (int)rows.shape[1]);
        return [.. values.Chunk(width).Select(row => row.Select(v => (double)v).ToArray())];
    }

    public static double Cosine(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>−log of the softmax probability of one entry.</summary>
    public static double CrossEntropy(IReadOnlyList<double> logits, int target)
    {
        var largest = logits.Max();
        return largest + Math.Log(logits.Sum(l => Math.Exp(l - largest))) - logits[target];
    }
}
