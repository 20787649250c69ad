using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Microsoft.ML.Contrastive.Tests.Cli.Verbs;

/// <summary>A terminal that obeys what Spectre.Console sends (ECMA-48: cursor up and down, erase in line and below), so that a test sees what somebody sees.</summary>
internal sealed partial class TerminalScreen : TextWriter, IAnsiConsoleOutput
{
    private const int Height = 50;

    private readonly List<StringBuilder> _rows = [new()];
    private readonly StringBuilder _pending = new();
    private readonly Lock _lock = new();
    private int _row, _column;

    public TerminalScreen(int width)
    {
        Width = width;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = this });
    }

    public IAnsiConsole Console { get; }

    public TextWriter Writer => this;

    public bool IsTerminal => true;

    public int Width { get; }

    int IAnsiConsoleOutput.Height => Height;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The rows that show something.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lock)
                return [.. _rows.Select(row => row.ToString().TrimEnd()).Where(row => row.Length > 0)];
        }
    }

    public void SetEncoding(Encoding encoding)
    {
    }

    /// <summary>The display is drawn by a timer.</summary>
    public void WaitFor(string text) =>
        Assert.True(SpinWait.SpinUntil(() => Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), TimeSpan.FromSeconds(30)), $"'{text}' is not in {string.Join('\n', Lines)}");

    public override void Write(char value) => Write([value], 0, 1);

    public override void Write(string? value) => Write((value ?? "").ToCharArray(), 0, (value ?? "").Length);

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_lock)
        {
            foreach (char c in buffer.AsSpan(index, count))
                Take(c);
        }
    }

    private void Take(char c)
    {
        if (_pending.Length > 0 || c == '\e')
        {
            _pending.Append(c);
            if (Sequence().Match(_pending.ToString()) is { Success: true } sequence)
            {
                Obey(sequence.Groups["command"].Value[0], int.TryParse(sequence.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0);
                _pending.Clear();
            }
        }
        else if (c == '\r')
        {
            _column = 0;
        }
        else if (c == '\n')
        {
            (_row, _column) = (_row + 1, 0);
            if (_row == _rows.Count)
                _rows.Add(new());
        }
        else
        {
            StringBuilder row = _rows[_row];
            row.Append(' ', Math.Max(0, _column + 1 - row.Length));
            row[_column++] = c;
        }
    }

    private void Obey(char command, int number)
    {
        StringBuilder row = _rows[_row];
        switch (command)
        {
            case 'A':
                _row = Math.Max(0, _row - Math.Max(1, number));
                break;
            case 'B':
                _row = Math.Min(_rows.Count - 1, _row + Math.Max(1, number));
                break;
            case 'K' when number == 2:
                row.Clear();
                break;
            case 'K' or 'J' when number == 0:
                row.Length = Math.Min(row.Length, _column);
                if (command == 'J')
                    _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                throw new NotSupportedException($"The screen does not know the sequence {_pending.ToString()[1..]}.");
        }
    }

    [GeneratedRegex(@"^\e\[\??(?<number>[0-9]*)[0-9;]*(?<command>[A-Za-z])$")]
    private static partial Regex Sequence();
}
