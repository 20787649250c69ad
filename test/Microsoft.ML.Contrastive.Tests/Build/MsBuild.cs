using System.Diagnostics;
using Microsoft.ML.Contrastive.Tests.Documentation;

namespace Microsoft.ML.Contrastive.Tests.Build;

/// <summary>MSBuild, asked about a project.</summary>
internal static class MsBuild
{
    /// <summary>Runs it on a project of the repository.</summary>
    public static (int ExitCode, string Output) Run(string project, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Path.Combine(Pages.Root, project), "-nologo", "-nodeReuse:false", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
