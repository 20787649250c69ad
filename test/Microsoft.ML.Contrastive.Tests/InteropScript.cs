using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>The scripts in eng/interop, by which other libraries run and read what this one writes.</summary>
internal static class InteropScript
{
    /// <summary>A Python that has the modules; without one the test is skipped.</summary>
    /// <param name="modules">Modules to import, e.g. "torch, torchvision".</param>
    /// <param name="packages">Where Debian has them.</param>
    public static string PythonWith(string modules, string packages)
    {
        string? python = Array.Find(["python3", "/usr/bin/python3"], p => Execute(p, "-c", $"import {modules}").ExitCode == 0);
        Assert.SkipWhen(python is null, $"There is no python3 with {modules} here (Debian: {packages}).");
        return python!;
    }

    /// <summary>Runs a script, which has to succeed.</summary>
    public static void Run(string python, string script, params string[] arguments)
    {
        string root = typeof(InteropScript).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        (int exitCode, string output) = Execute(python, [Path.Combine(root, "eng", "interop", script), .. arguments]);
        Assert.True(exitCode == 0, output);
    }

    private static (int ExitCode, string Output) Execute(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
        catch (Win32Exception)
        {
            return (-1, $"There is no {program}.");
        }
    }
}
