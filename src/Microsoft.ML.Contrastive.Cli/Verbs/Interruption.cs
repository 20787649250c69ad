using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Ctrl-C: once asks the verb to stop in its own time (a training finishes its step and saves), twice ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TextWriter _error;
    private int _times;

    /// <summary>Listens from now on.</summary>
    /// <param name="error">Is told that the request has been heard.</param>
    public Interruption(TextWriter error)
    {
        _error = error;
        // Those of service managers and of terminals that are closed are requests too.
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Heard))];
    }

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
        if (Interlocked.Increment(ref _times) > 1)
        {
            const string ShowCursor = "\e[?25h";
            if (!Console.IsOutputRedirected)
                Console.Out.Write(ShowCursor);
            Environment.Exit(ExitCode.Cancelled);
        }

        _error.WriteLine("Stopping as soon as what is under way is done; once more stops at once.");
        _source.Cancel();
    }
}
