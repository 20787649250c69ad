using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The tool as a process of its own, which can be sent signals and looked into.</summary>
internal sealed partial class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    public ToolProcess(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mlnet-contrastive.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GOMP_SPINCOUNT"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The next line of standard output; null at its end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        const int Interrupted = 2;
        Assert.Equal(0, Kill(_process.Id, Interrupted));
    }

    /// <summary>Waits for the end.</summary>
    public async Task<(int Code, string Output, string Error)> End()
    {
        string output = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
