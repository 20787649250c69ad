using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Ctrl-C: once asks the verb to stop in its own time (a training finishes its step and saves), twice ends the process.</summary>
internal sealed partial class Interruption : IDisposable
{
    /// <summary>What a verb says when it has heard the first.</summary>
    public const string Answer = "Stopping as soon as what is under way is done; Ctrl-C once more stops at once.";

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _times;

    /// <summary>Listens from now on.</summary>
    public Interruption() =>
        // Those of service managers and of terminals that are closed are requests too.
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Heard))];

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Heard(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _times) == 1)
        {
            _source.Cancel();
            return;
        }

        const string ShowCursor = "\e[?25h";
        if (!Console.IsOutputRedirected)
            Console.Out.Write(ShowCursor);

        // An orderly exit would take libtorch down while a step still computes with it.
        if (!OperatingSystem.IsWindows())
            ExitAtOnce(ExitCode.Cancelled);
        Environment.Exit(ExitCode.Cancelled);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int code);
}
