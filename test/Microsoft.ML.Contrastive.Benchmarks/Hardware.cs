using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What a figure was measured on.</summary>
internal static class Hardware
{
    /// <summary>Processor, cores, torch's threads, runtime and day, in one line.</summary>
    public static string Description =>
        $"{Processor}, {Environment.ProcessorCount} logical cores, {TorchSharp.torch.get_num_threads()} torch thread(s), {SystemAndDay}";

    /// <summary>The same without torch, which then is not loaded.</summary>
    public static string DescriptionWithoutTorch => $"{Processor}, {Environment.ProcessorCount} logical cores, {SystemAndDay}";

    private static string SystemAndDay => $"{RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}, {DateTime.UtcNow:yyyy-MM-dd}";

    private static string Processor =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown processor";
}
