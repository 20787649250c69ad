using Microsoft.ML.Contrastive.Cli.Verbs;
using Spectre.Console;

namespace Microsoft.ML.Contrastive.Tests.Cli.Verbs;

/// <summary>What a terminal shows while something is under way and afterwards.</summary>
public sealed class ProgressBarsTests
{
    private const int Width = 60;

    [Fact]
    public void Lines_stand_above_the_bar_and_the_bar_is_gone_when_all_is_done()
    {
        string rows = string.Concat(Enumerable.Repeat("top-1 97.22 % by nearest neighbours of cosine distances, ", 2));
        string[] told = ["top-1, seed 1", $"{rows[..(rows.Length / 2)]}seed 2", $"{rows}seed 3"];
        var screen = new TerminalScreen(Width);
        int result = ProgressBars.While(screen.Console, bars =>
        {
            Action step = bars.Begin("encoder, nearest neighbours", 2);
            step();
            screen.WaitFor("50%");
            foreach (string line in told)
                bars.WriteLine(line);
            screen.WaitFor("seed 3");
            Assert.Contains("encoder, nearest neighbours", screen.Lines[^1], StringComparison.Ordinal);
            step();
            bars.Begin("linear", 9);
            screen.WaitFor("linear");
            Assert.DoesNotContain(screen.Lines, line => line.Contains("100%", StringComparison.Ordinal));
            return 7;
        }, CancellationToken.None);
        Assert.Equal(7, result);
        Assert.Equal(string.Join(' ', told), string.Join(' ', screen.Lines));
    }

    [Fact]
    public void Ctrl_C_is_answered_in_the_bar_and_leaves_none()
    {
        var screen = new TerminalScreen(Width);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ProgressBars.While<int>(screen.Console, bars =>
        {
            bars.Begin("Encoding", 10)();
            screen.WaitFor("10%");
            stop.Cancel();
            screen.WaitFor("Stopping");
            throw new OperationCanceledException();
        }, stop.Token));
        screen.Console.WriteLine("Stopped.");
        Assert.Equal(["Stopped."], screen.Lines);
    }
}
