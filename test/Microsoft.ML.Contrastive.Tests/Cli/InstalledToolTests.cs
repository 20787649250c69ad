using System.Diagnostics;
using System.IO.Compression;
using Microsoft.ML.Contrastive.Tests.Conformance;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>
/// The tool as people get it: packed as <c>eng/pack-tool.sh</c> does, installed from that package alone on a home directory that holds nothing, and run in an empty folder. Without a network: what
/// was restored to build this is all that there is.
/// </summary>
public sealed class InstalledToolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-install-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One test, for packing costs most of it.</summary>
    [Fact]
    public void From_the_package_to_a_classifier_in_an_empty_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "packs for Linux x64");
        string packages = Empty("packages"), none = Empty("no-source"), home = Empty("home"), work = Empty("work"), tool = In("tool");
        string project = Path.GetFullPath(Path.Combine(GoldenRun.RepositoryRoot, "src", "Microsoft.ML.Contrastive.Cli"));
        Run("dotnet", _folder, home: null, "pack", project, "-c", "Release", "-o", packages, "--artifacts-path", In("artifacts"), "-p:ToolRuntimes=linux-x64", "-p:RunAnalyzers=false", $"-p:RestoreSources={none}", $"-p:NuGetLockFilePath={In("packages.lock.json")}", "-v", "quiet");
        Assert.Equal(2, Directory.GetFiles(packages, "*.nupkg").Length);
        Assert.All(Directory.GetFiles(packages), file => Assert.True(new FileInfo(file).Length < 250 << 20, "nuget.org takes 250 MB"));
        AssertLicences(Directory.GetFiles(packages, "*.linux-x64.*").Single());
        Directory.Delete(In("artifacts"), recursive: true);

        string package = Path.GetFileName(Directory.GetFiles(packages, "*.nupkg").MinBy(file => new FileInfo(file).Length)!);
        string id = package[..package.IndexOf(".0.", StringComparison.Ordinal)];
        Run("dotnet", work, home, "tool", "install", "--tool-path", tool, "--source", packages, id, "--prerelease");
        string command = Path.Combine(tool, "mlnet-contrastive");

        Assert.Contains("torch", Run(command, work, home, "doctor"), StringComparison.Ordinal);
        using var images = new ImageFolder(classes: 2, perClass: 8, width: 20, height: 20);
        string archive = In("photos.zip"), flat = Path.Combine(images.Path, "class0");
        ZipFile.CreateFromDirectory(images.Path, archive);
        string[] tiny = ["--backbone", TinyRun.Backbone, "--image-size", "16", "--batch-size", "4", "--epochs", "1", "--device", "cpu"];
        foreach ((string name, string dataset) in new[] { ("classes", images.Path), ("flat", flat), ("archive", archive) })
        {
            Run(command, work, home, ["pretrain", "--dataset", dataset, "--output", name, .. tiny]);
            Assert.True(File.Exists(Path.Combine(work, name, "exported_models", "encoder.onnx")));
        }

        Assert.Contains("top-1", Run(command, work, home, "evaluate", "--encoder", "classes", "--knn"), StringComparison.Ordinal);
        Run(command, work, home, ["image-classification", "--dataset", images.Path, "--name", "Photos", .. tiny]);
        Assert.All((string[])["Photos.mbconfig", "Photos.consumption.cs", "Photos.training.cs", "Photos.mlnet"], file => Assert.True(File.Exists(Path.Combine(work, file)), file));
    }

    /// <summary>The package redistributes libtorch, ONNX Runtime and others: their terms, and for each of the others what its package says of its licence.</summary>
    private static void AssertLicences(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] files = [.. archive.Entries.Select(entry => entry.FullName).Where(name => name.Contains("/licenses/", StringComparison.Ordinal)).Select(name => name[(name.IndexOf("/licenses/", StringComparison.Ordinal) + "/licenses/".Length)..])];
        foreach (string terms in (string[])["libtorch-cpu-linux-x64/LICENSE-LIBTORCH.txt", "Microsoft.ML.OnnxRuntime/ThirdPartyNotices.txt", "SkiaSharp/THIRD-PARTY-NOTICES.txt", "Google.Protobuf/package.xml", "OxyPlot.Core/package.xml"])
            Assert.Contains(terms, files);
        Assert.All(files, file => Assert.Contains($"{file[..file.IndexOf('/', StringComparison.Ordinal)]}/package.xml", files));
    }

    private static string Run(string program, string folder, string? home, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Nothing stays behind that would hold the folder.
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (home is not null)
        {
            start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = home;
            start.Environment["NUGET_PACKAGES"] = Path.Combine(home, "packages");
            start.Environment.Remove("XDG_CACHE_HOME");
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}: {output}{errors.Result}");
        return output;
    }

    private string In(string name) => Path.Combine(_folder, name);

    private string Empty(string name) => Directory.CreateDirectory(In(name)).FullName;
}
