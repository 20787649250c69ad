using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests.Samples;

/// <summary>A sample, run as the program that it is.</summary>
internal static class SampleProgram
{
    /// <summary>Path of the compiled program.</summary>
    public static string PathOf(string name) =>
        Path.GetFullPath(typeof(SampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Sample").Value!.Replace("NAME", name, StringComparison.Ordinal));

    /// <summary>Runs it and returns the fields of the lines that it printed.</summary>
    public static string[][] Run(string name, params string[] arguments)
    {
        (int exitCode, string output, string errors) = Execute(PathOf(name), arguments);
        Assert.True(exitCode == 0, $"{name} exited with {exitCode}: {errors}");
        return [.. output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Execute(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
