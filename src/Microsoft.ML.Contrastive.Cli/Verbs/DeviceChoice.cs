using System.Globalization;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Where torch computes.</summary>
/// <param name="Name">auto, cpu, or cuda:N.</param>
internal sealed record DeviceChoice(string Name)
{
    private const string Cpu = "cpu", Cuda = "cuda:";

    /// <summary>The first GPU, else the processor.</summary>
    public static DeviceChoice Auto { get; } = new("auto");

    /// <exception cref="ArgumentException">It is no device.</exception>
    public static DeviceChoice Parse(string text) => text == Auto.Name || text == Cpu || (text.StartsWith(Cuda, StringComparison.Ordinal) && int.TryParse(text.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        ? new DeviceChoice(text)
        : throw new ArgumentException($"'{text}' is no device. There are: {Auto.Name}, {Cpu}, {Cuda}0, {Cuda}1, …");

    /// <summary>Tells a context. Loads torch.</summary>
    public void ApplyTo(MLContext mlContext)
    {
        TorchRuntime.EnsureLoaded();
        mlContext.FallbackToCpu = false;
        mlContext.GpuDeviceId = Name switch
        {
            Cpu => null,
            "auto" => torch.cuda.is_available() ? 0 : null,
            _ => int.Parse(Name.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
