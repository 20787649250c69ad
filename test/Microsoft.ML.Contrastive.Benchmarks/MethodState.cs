using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What each method keeps in memory besides activations, with its authors' settings, and how often a step passes an image through a network.</summary>
internal static class MethodState
{
    private const double Mebibyte = 1 << 20;

    public static int Execute(string backboneName)
    {
        Backbone backbone = Backbone.Parse(backboneName);
        Console.WriteLine($"| method | trained weights, MiB | momentum copy, queue, centre and statistics, MiB | of these, {backbone.Name} alone |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (string name in ContrastiveMethod.Names)
        {
            using MethodModule method = ContrastiveMethod.Parse(name).Create(backbone);
            double trained = method.TrainableParameters().Sum(p => Bytes(p.Parameter));
            double all = method.parameters().Concat(method.buffers()).Sum(Bytes), encoder = method.Encoder.parameters().Sum(Bytes);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {trained / Mebibyte:F0} | {(all - trained) / Mebibyte:F0} | {encoder / Mebibyte:F0} |"));
        }

        return 0;
    }

    private static double Bytes(torch.Tensor tensor) => tensor.numel() * tensor.element_size();
}
