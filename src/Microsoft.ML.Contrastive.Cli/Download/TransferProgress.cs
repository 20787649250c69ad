using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.Download;

/// <summary>How far a download is: one line that is written over in a terminal, else a line every tenth.</summary>
/// <param name="output">Where to write.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
internal sealed class TransferProgress(TextWriter output, bool isTerminal) : IDisposable
{
    private const double Mebibyte = 1 << 20;
    private const int Width = 70;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private string _file = "";
    private int _tenth;
    private bool _open;
    private long _startedAt, _startedWith, _shownAt;

    /// <summary>Shows a state.</summary>
    public void Show(string file, long bytes, long total)
    {
        int tenth = (int)(bytes * 10 / total);
        long now = Environment.TickCount64;
        if (file != _file)
            (_file, _tenth, _startedAt, _startedWith) = (file, -1, now, bytes);
        if (isTerminal ? now - _shownAt < Interval.TotalMilliseconds && bytes < total : tenth <= _tenth)
            return;
        (_tenth, _shownAt) = (tenth, now);
        double rate = (bytes - _startedWith) / Mebibyte / Math.Max(0.001, (now - _startedAt) / 1000.0);
        string line = string.Create(CultureInfo.InvariantCulture, $"{file}  {bytes / Mebibyte:0.0} of {total / Mebibyte:0.0} MiB  {rate:0.0} MiB/s");
        if (isTerminal)
        {
            output.Write($"\r{line.PadRight(Width)}");
            _open = true;
        }
        else
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Writes a line of its own.</summary>
    public void Say(string line)
    {
        Dispose();
        output.WriteLine(line);
    }

    /// <summary>Ends the line that is written over.</summary>
    public void Dispose()
    {
        if (_open)
            output.WriteLine();
        _open = false;
    }
}
