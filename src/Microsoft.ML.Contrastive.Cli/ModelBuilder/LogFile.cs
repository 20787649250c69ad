using System.Globalization;
using System.Text;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>What <c>--log-file-path</c> names: what is printed, and ML.NET's log.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>How the first line of every run begins: files that begin otherwise are somebody else's.</summary>
    public const string Heading = $"{Program.Name} log";

    private readonly TextWriter _file = TextWriter.Null;

    /// <summary>Writes behind what is in the file.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <exception cref="UsageException">It holds something else than a log.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public LogFile(string? path)
    {
        if (path is null)
            return;
        try
        {
            if (File.Exists(path) && !IsLog(path))
                throw new UsageException($"--log-file-path: '{path}' is no log of {Program.Name}, and nothing is written to it. Choose another name, or delete it.");
            _file = TextWriter.Synchronized(new StreamWriter(path, append: true) { AutoFlush = true });
            WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Heading}, {DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss zzz}"));
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

    private static bool IsLog(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] begin = new byte[Heading.Length];
        return file.Length == 0 || (file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && begin.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(Heading)));
    }
}
