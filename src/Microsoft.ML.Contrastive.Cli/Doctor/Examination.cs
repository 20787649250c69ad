using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Doctor;

/// <summary>Looks at everything that the verbs need. Nothing that it finds is an exception.</summary>
internal static partial class Examination
{
    private const double GiB = 1L << 30;
    private const double EnoughDisk = 2, EnoughMemory = 2;

    /// <summary>What this build of torch asks of libstdc++; without it a copy that does not ask is loaded.</summary>
    private const string NeededSymbols = "GLIBCXX_3.4.32";

    /// <summary>All findings.</summary>
    /// <param name="folder">A folder that runs would go into.</param>
    public static IEnumerable<Finding> Findings(string folder)
    {
        yield return System();
        yield return Memory();
        if (OperatingSystem.IsLinux())
            yield return StandardLibrary();
        Finding torch = Of("torch", Torch, "Run it again with --verbose; on Linux the system needs glibc 2.34 or later, on x64.");
        yield return torch;
        if (torch.Severity != Severity.Broken)
        {
            yield return Of("threads", Threads, null);
            yield return Of("GPU", Gpu, null);
        }

        yield return Of("ONNX Runtime", OnnxRuntime, "ONNX Runtime's library could not be loaded: install the package of this platform's runtime identifier.");
        yield return Of("images", Images, "SkiaSharp's library could not be loaded: install the package of this platform's runtime identifier.");
        if (OperatingSystem.IsLinux())
            yield return Cache();
        yield return Disk(folder);
    }

    private static Finding System() => new(
        "system", Environment.Is64BitProcess ? Severity.Good : Severity.Broken,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}",
        Environment.Is64BitProcess ? null : "torch needs a 64-bit process.");

    private static Finding Memory()
    {
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        return new Finding("memory", available >= EnoughMemory ? Severity.Good : Severity.Warning, Invariant($"{available:0.0} GiB for this process"),
            available >= EnoughMemory ? null : "Networks and decoded images share it: smaller images, smaller batches, or a machine or container with more.");
    }

    private static Finding StandardLibrary()
    {
        const string Name = "libstdc++";
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out nint library))
            return new Finding(Name, Severity.Broken, "libstdc++.so.6 is not there.", "Install it: apt-get install libstdc++6, or dnf install libstdc++.");
        bool newEnough = NativeLibrary.TryGetExport(library, "_ZSt21ios_base_library_initv", out _);
        return new Finding(Name, Severity.Good, newEnough
            ? $"has {NeededSymbols}"
            : $"older than {NeededSymbols} (GCC 13), which torch's bindings ask for and do not use: a copy of them that does not ask is loaded from the cache folder");
    }

    private static bool HasChosenTorch => Environment.GetEnvironmentVariable(TorchRuntime.FolderVariable) is { Length: > 0 };

    private static Finding Torch()
    {
        TorchRuntime.EnsureLoaded();
        using torch.Tensor ones = torch.ones(2, 2);
        using torch.Tensor product = ones.mm(ones);
        return product.sum().item<float>() == 8
            ? new Finding("torch", Severity.Good, $"{torch.__version__}{(Environment.GetEnvironmentVariable(TorchRuntime.FolderVariable) is { Length: > 0 } folder ? $" from {folder}" : "")}")
            : new Finding(
                "torch", Severity.Broken, "computes wrongly: 2 × 2 matrices of ones do not multiply.",
                "Install the tool anew; a libtorch of another version may be in the way (LD_LIBRARY_PATH).");
    }

    private static Finding Threads()
    {
        int threads = torch.get_num_threads();
        string? spin = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? Environment.GetEnvironmentVariable("GOMP_SPINCOUNT");
        return threads > Environment.ProcessorCount
            ? new Finding("threads", Severity.Warning, $"{threads} for torch on {Environment.ProcessorCount} processors", "Set OMP_NUM_THREADS to the number of processors.")
            : new Finding("threads", Severity.Good, $"{threads} for torch on {Environment.ProcessorCount} processors{(spin is null ? "" : $"; OMP_WAIT_POLICY or GOMP_SPINCOUNT is {spin}")}");
    }

    private static Finding Gpu()
    {
        if (!torch.cuda.is_available())
        {
            return new Finding("GPU", Severity.Good, "none that torch can use: the processor is used",
                File.Exists("/proc/driver/nvidia/version") ? "There is an NVIDIA driver: name the folder of a libtorch 2.10 with CUDA by --libtorch or "
                    + "MLNET_CONTRASTIVE_LIBTORCH to use its GPU." : null);
        }

        int devices = torch.cuda.device_count();
        using torch.Tensor one = torch.ones(1, device: torch.CUDA);
        return new Finding("GPU", Severity.Good, $"{devices} CUDA device{(devices == 1 ? "" : "s")}{GpuMemory()}");
    }

    /// <summary>Free and total memory by the driver's own tool; nothing where it is not there.</summary>
    private static string GpuMemory()
    {
        try
        {
            using var tool = global::System.Diagnostics.Process.Start(
                new global::System.Diagnostics.ProcessStartInfo(
                    "nvidia-smi", "--query-gpu=name,memory.free,memory.total --format=csv,noheader")
                { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string[] lines = tool.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            tool.WaitForExit();
            return tool.ExitCode == 0 ? $": {string.Join("; ", lines.Select(line => line.Split(", ") is [var name, var free, var total] ? $"{name}, {free} of {total} free" : line))}" : "";
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    private static Finding OnnxRuntime() => new("ONNX Runtime", Severity.Good, $"{OrtEnv.Instance().GetVersionString()}, {string.Join(", ", OrtEnv.Instance().GetAvailableProviders())}");

    private static Finding Images()
    {
        using MLImage image = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [1, 2, 3, byte.MaxValue]);
        return new Finding(
            "images", Severity.Good,
            $"SkiaSharp {typeof(SkiaSharp.SKBitmap).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0]}");
    }

    [global::System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static Finding Cache()
    {
        var refusals = new List<string>();
        foreach (string folder in PrivateCache.Folders())
        {
            try
            {
                string probe = PrivateCache.Publish(folder, "doctor", ".txt", "written by the doctor, to be deleted"u8.ToArray());
                File.Delete(probe);
                return refusals.Count == 0
                    ? new Finding("cache", Severity.Good, folder)
                    : new Finding("cache", Severity.Good, $"{folder}, because: {string.Join(" ", refusals)}");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                refusals.Add(error.Message);
            }
        }

        return new Finding("cache", Severity.Broken, string.Join(" ", refusals), "Set XDG_CACHE_HOME to a folder that belongs to you alone and that you can write to.");
    }

    private static Finding Disk(string folder)
    {
        try
        {
            double free = new DriveInfo(folder).AvailableFreeSpace / GiB;
            string probe = Path.Combine(folder, $".mlnet-contrastive-{Environment.ProcessId}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            return new Finding("disk", free >= EnoughDisk ? Severity.Good : Severity.Warning, Invariant($"{free:0.0} GiB free in {folder}"),
                free >= EnoughDisk ? null : "Checkpoints of a ResNet-50 need about 1 GiB: make room, or write elsewhere (--output).");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Finding("disk", Severity.Warning, $"'{folder}' cannot be written to: {error.Message}", "Runs need a folder that takes files: write elsewhere (--output).");
        }
    }

    /// <summary>An examination that may end in an exception, which is then the finding.</summary>
    private static Finding Of(string name, Func<Finding> examine, string? cure)
    {
        try
        {
            return examine();
        }
        catch (Exception error)
        {
            while (error is TypeInitializationException { InnerException: { } inner })
                error = inner;
            return new Finding(
                name, Severity.Broken, error.Message,
                error is TorchNativeLibraryException && HasChosenTorch
                    ? $"Leave --libtorch and {TorchRuntime.FolderVariable} out to use the torch that came along, or name a folder of libtorch 2.10."
                    : cure);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
