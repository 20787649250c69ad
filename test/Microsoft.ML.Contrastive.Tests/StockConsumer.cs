using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>The sample application that knows nothing of this library, run as a process of its own.</summary>
internal static class StockConsumer
{
    /// <summary>Runs it and returns the lines that it printed.</summary>
    public static string[] Run(params string[] arguments)
    {
        string program = typeof(StockConsumer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "StockConsumer").Value!;
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"StockConsumer exited with {process.ExitCode}: {errors.Result}");
        return output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
