using System.Diagnostics;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

/// <summary>A project of somebody who has the .NET SDK and the packages that this repository restores: built and run, without a network.</summary>
internal sealed class GeneratedProject : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("contrastive-home-").FullName;

    /// <summary>Makes one by <c>dotnet new console</c>.</summary>
    public GeneratedProject(string name)
    {
        Folder = Path.Combine(_home, name);
        DotNet("new", "console", "--output", Folder, "--name", name, "--no-restore");
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(_home, "nuget.config"), $"<configuration><packageSources><clear /><add key=\"restored\" value=\"{packages}\" /></packageSources></configuration>");
    }

    public string Folder { get; }

    public string this[string file] => Path.Combine(Folder, file);

    /// <summary>Restores its packages.</summary>
    public void Restore() => DotNet("restore", Folder);

    /// <summary>Builds it and runs it with arguments.</summary>
    /// <returns>The lines that it printed.</returns>
    public string[] Run(params string[] arguments)
    {
        DotNet("build", Folder, "--configuration", "Release", "--output", this["out"]);
        return DotNet([this[Path.Combine("out", Path.GetFileName(Folder) + ".dll")], .. arguments]);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string[] DotNet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _home };
        start.Environment["DOTNET_CLI_HOME"] = _home;
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Nothing stays behind that would hold the folder.
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}{errors.Result}");
        return output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
