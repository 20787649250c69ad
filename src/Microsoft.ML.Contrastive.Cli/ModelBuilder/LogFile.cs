namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>What <c>--log-file-path</c> names: what is printed, and ML.NET's log.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly TextWriter _file;

    /// <param name="path">The file; null for none.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public LogFile(string? path)
    {
        try
        {
            _file = path is null ? TextWriter.Null : TextWriter.Synchronized(new StreamWriter(path) { AutoFlush = true });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--log-file-path: '{path}' cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Writes a line.</summary>
    public void WriteLine(string text) => _file.WriteLine(text);

    /// <summary>Writes what a context tells from now on.</summary>
    public void Listen(MLContext mlContext) => mlContext.Log += (_, message) => WriteLine(message.Message);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
