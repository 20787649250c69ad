using Spectre.Console;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>A bar on a terminal for what is under way; it is gone when that is done, or was ended.</summary>
internal sealed class ProgressBars
{
    private readonly IAnsiConsole _terminal;
    private readonly ProgressContext _progress;
    private ProgressTask? _current;

    private ProgressBars(IAnsiConsole terminal, ProgressContext progress) => (_terminal, _progress) = (terminal, progress);

    /// <summary>Does something that shows how far it has come.</summary>
    /// <param name="context">Where it shows, and when it is to stop.</param>
    /// <param name="work">What is done; it is given null where there is no terminal, or output is for machines.</param>
    public static T While<T>(VerbContext context, Func<ProgressBars?, T> work)
    {
        if (context.Json || !context.Terminal.Profile.Out.IsTerminal)
            return work(null);
        // A line on standard error would push the bar up, where it stays.
        context.AnswersInterruption = true;
        return While(context.Terminal, work, context.Cancellation);
    }

    /// <inheritdoc cref="While{T}(VerbContext, Func{ProgressBars, T})"/>
    public static T While<T>(IAnsiConsole terminal, Func<ProgressBars, T> work, CancellationToken cancellation) => terminal.Progress().AutoClear(true).HideCompleted(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(progress =>
        {
            var bars = new ProgressBars(terminal, progress);
            using CancellationTokenRegistration answer = cancellation.Register(() => bars._current?.Description = "Stopping");
            return work(bars);
        });

    /// <summary>Begins the next thing; what was under way is done.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="steps">How many steps it takes.</param>
    /// <returns>To be called after each of them.</returns>
    public Action Begin(string name, double steps)
    {
        _current?.StopTask();
        ProgressTask task = _current = _progress.AddTask(Markup.Escape(name), maxValue: steps);
        return () => task.Increment(1);
    }

    /// <summary>Writes a line above the bar.</summary>
    public void WriteLine(string text) => _terminal.Write(new LineOverBars(text));
}
