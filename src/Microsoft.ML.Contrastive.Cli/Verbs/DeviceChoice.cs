using System.Globalization;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Where torch computes.</summary>
/// <param name="Name">auto, cpu, or cuda:N.</param>
internal sealed record DeviceChoice(string Name)
{
    /// <summary>The processor.</summary>
    public const string Cpu = "cpu";

    private const string Cuda = "cuda:";

    /// <summary>The first GPU, else the processor.</summary>
    public static DeviceChoice Auto { get; } = new("auto");

    /// <exception cref="ArgumentException">It is no device.</exception>
    public static DeviceChoice Parse(string text) => text == Auto.Name || text == Cpu
        || (text.StartsWith(Cuda, StringComparison.Ordinal) && int.TryParse(text.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        ? new DeviceChoice(text)
        : throw new ArgumentException($"'{text}' is no device. There are: {Auto.Name}, {Cpu}, {Cuda}0, {Cuda}1, …");

    /// <summary>Tells a context. Loads torch.</summary>
    /// <exception cref="UsageException">There is no such device.</exception>
    public void ApplyTo(MLContext mlContext)
    {
        TorchRuntime.EnsureLoaded();
        mlContext.FallbackToCpu = false;
        int devices = Name != Cpu && torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (Name == Cpu || (Name == Auto.Name && devices == 0))
        {
            mlContext.GpuDeviceId = null;
            return;
        }

        int device = Name == Auto.Name ? 0 : int.Parse(Name.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture);
        if (device >= devices)
        {
            throw new UsageException(devices == 0
                ? $"--device is {Name}, but torch finds no GPU. Use cpu or auto, or name a libtorch with CUDA by --libtorch; '{Program.Name} doctor' says what was found."
                : $"--device is {Name}; there are {Cuda}0 to {Cuda}{devices - 1}.");
        }

        mlContext.GpuDeviceId = device;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
