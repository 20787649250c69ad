using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// Loads the native torch libraries before anything of TorchSharp does.
/// <para>
/// Three reasons. First, TorchSharp's native half is built with GCC 13 and asks for the symbol version GLIBCXX_3.4.32, which Debian 12 and Ubuntu 22.04 do
/// not have; it binds no symbol of it, so where the plain load fails for this alone, a copy in which the version is optional is loaded instead. Second,
/// where a load fails, TorchSharp's own loader copies a gigabyte of libraries into the application's folder and then reports a missing package.
/// Third, libgomp reads how long idle threads spin when it is loaded, and only then.
/// </para>
/// </summary>
internal static partial class TorchRuntime
{
    /// <summary>
    /// Environment variable with the folder of a libtorch, or its lib folder, that is loaded instead of the one that the application carries: one with CUDA, for a
    /// program that was shipped without. Linux only.
    /// </summary>
    public const string FolderVariable = "MLNET_CONTRASTIVE_LIBTORCH";

    private const string Library = "LibTorchSharp";

    private static readonly Lock Loading = new();
    private static volatile bool _loaded;

    /// <summary>Makes sure that torch can be used. Cheap when called again; call it before the first use of torch at every public entry.</summary>
    /// <exception cref="TorchNativeLibraryException">The native libraries are missing or do not load on this system.</exception>
    public static void EnsureLoaded()
    {
        if (_loaded)
            return;
        lock (Loading)
        {
            if (_loaded)
                return;
            if (OperatingSystem.IsLinux())
            {
                LimitSpinning();
                LoadOnLinux();
            }

            // What TorchSharp tries first: if this succeeds, so will TorchSharp, and nothing gets copied.
            try
            {
                NativeLibrary.Load(Library, typeof(torch).Assembly, null);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw Failure(Library, e.Message, e);
            }

            _loaded = true;
        }
    }

    /// <summary>
    /// Lets idle OpenMP threads sleep soon. By default they spin for milliseconds after every parallel section; where the cores have other work, such
    /// as rendering the next batch, a training step then takes up to ten times as long. Whoever sets OMP_WAIT_POLICY or GOMP_SPINCOUNT decides instead.
    /// </summary>
    [SupportedOSPlatform("linux")]
    private static void LimitSpinning()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            NativeEnvironment.SetDefault("GOMP_SPINCOUNT", "0");
    }

    [SupportedOSPlatform("linux")]
    private static void LoadOnLinux()
    {
        RequireChosenFolder();
        // TorchSharp's half finds these by name once they are loaded, wherever it lies itself.
        foreach (string dependency in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            if (!TryLoad(Find(dependency) ?? dependency, out _, out DllNotFoundException? failure))
                throw Failure(dependency, failure.Message, failure);
        }

        const string FileName = $"lib{Library}.so";
        string path = Find(FileName) ?? FileName;
        if (!TryLoad(path, out nint handle, out DllNotFoundException? reason) && !TryLoadCopy(path, ref reason, out handle))
            throw Failure(FileName, reason.Message, reason);

        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == Library ? handle : 0);
        }
        catch (InvalidOperationException)
        {
            // Somebody has set one already. The system's loader finds the library by its name too, now that it is loaded.
        }
    }

    /// <summary>Loads a copy of the library that does without the symbol versions that this system lacks.</summary>
    [SupportedOSPlatform("linux")]
    private static bool TryLoadCopy(string path, ref DllNotFoundException reason, out nint handle)
    {
        handle = 0;
        if (!File.Exists(path))
            return false;
        byte[] image = File.ReadAllBytes(path);
        var missing = new HashSet<string>();
        // The loader names one missing version at a time.
        while (MissingVersion(reason.Message) is { } version && missing.Add(version))
        {
            try
            {
                image = new ElfSymbolVersions(image, path).WithOptional(version);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                reason = new DllNotFoundException($"{reason.Message} {e.Message}", e);
                return false;
            }

            if (TryLoadFromCache(path, image, ref reason, out handle))
                return true;
        }

        return false;
    }

    [SupportedOSPlatform("linux")]
    private static bool TryLoadFromCache(string path, byte[] image, ref DllNotFoundException reason, out nint handle)
    {
        handle = 0;
        string refusals = "";
        foreach (string folder in PrivateCache.Folders())
        {
            try
            {
                string copy = PrivateCache.Publish(folder, Path.GetFileNameWithoutExtension(path), ".so", image);
                // A second folder helps where the first one's file system forbids executable mappings.
                if (TryLoad(copy, out handle, out DllNotFoundException? failure))
                    return true;
                reason = failure;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refusals += $" No copy that does without it could be made: {e.Message}";
            }
        }

        if (refusals.Length > 0)
            reason = new DllNotFoundException(reason.Message + refusals, reason);
        return false;
    }

    private static string? ChosenFolder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder)
            return null;
        string lib = Path.Combine(folder, "lib");
        return Path.GetFullPath(Directory.Exists(lib) ? lib : folder);
    }

    /// <summary>A folder that was chosen must not be passed over in silence.</summary>
    private static void RequireChosenFolder()
    {
        const string Cpu = "libtorch_cpu.so";
        if (ChosenFolder() is { } folder && !File.Exists(Path.Combine(folder, Cpu)))
            throw new TorchNativeLibraryException(
                $"There is no {Cpu} in '{folder}' ({FolderVariable}). Name the folder of a libtorch 2.10, or its lib folder, or leave the variable out.")
            { Library = Cpu };
    }

    /// <summary>Where a native library of the application lies, null where none of the folders has it and only the system's loader may know it.</summary>
    private static string? Find(string fileName) => NativeFolders().Select(f => Path.Combine(f, fileName)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> NativeFolders()
    {
        if (ChosenFolder() is { } chosen)
            yield return chosen;
        string assets = Path.Combine("runtimes", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, assets);
        // The host lists the folders of the packages there when an application runs out of the package cache or from a single file.
        foreach (string folder in Split(AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string))
            yield return folder;
        foreach (string folder in Split(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")))
            yield return folder;

        static string[] Split(string? list) => list?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    private static bool TryLoad(string pathOrName, out nint handle, [NotNullWhen(false)] out DllNotFoundException? failure)
    {
        try
        {
            handle = NativeLibrary.Load(pathOrName);
            failure = null;
            return true;
        }
        catch (DllNotFoundException e)
        {
            handle = 0;
            failure = e;
            return false;
        }
    }

    private static string? MissingVersion(string message) => MissingVersionPattern().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Says which library, what it lacks, and what to do.</summary>
    internal static TorchNativeLibraryException Failure(string library, string reason, Exception? inner)
    {
        string? version = MissingVersion(reason);
        string what = version is null
            ? $"The native torch library {library} could not be loaded."
            : $"The native torch library {library} could not be loaded: it needs the symbol version {version}, which this system does not have.";
        string remedy = version is null
            ? "Reference TorchSharp-cpu or TorchSharp-cuda-linux (on Windows TorchSharp-cuda-windows) in the application, not only in a library; in this repository "
              + "the MSBuild property TorchBackend (cpu, cuda) does it, at restore and build alike. With TorchBackend=external put the lib folder of libtorch "
              + "2.10 into LD_LIBRARY_PATH before the process starts."
            : "Use a system with a newer libstdc++ (that of GCC 13 has GLIBCXX_3.4.32: Debian 13, Ubuntu 24.04), or put the folder of a newer libstdc++.so.6 into "
              + "LD_LIBRARY_PATH before the process starts.";
        return new TorchNativeLibraryException($"{what} {remedy} The system's loader said: {reason.Trim()}", inner) { Library = library, SymbolVersion = version };
    }

    // glibc: "…/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by …)".
    [GeneratedRegex("version [`']([^`']+)' not found")]
    private static partial Regex MissingVersionPattern();
}
