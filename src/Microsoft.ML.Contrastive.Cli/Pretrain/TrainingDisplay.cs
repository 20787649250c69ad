using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>Shows how training goes.</summary>
internal abstract class TrainingDisplay
{
    /// <summary>Live where that is a terminal, else lines.</summary>
    public static TrainingDisplay For(VerbContext context)
    {
        context.AnswersInterruption = !context.Json && context.Terminal.Profile.Out.IsTerminal;
        return context.AnswersInterruption ? new LiveDisplay(context.Terminal, context.Cancellation) : new PlainDisplay(context.Progress, context.Error);
    }

    /// <summary>Shows while something runs.</summary>
    /// <param name="train">What runs; it calls the other members.</param>
    public virtual T Around<T>(Func<T> train) => train();

    /// <summary>A step was done.</summary>
    public abstract void Step(StepMetrics step);

    /// <summary>An epoch was done.</summary>
    public abstract void Epoch(EpochMetrics epoch);

    /// <summary>Something that has to be said: a warning of the trainer.</summary>
    public abstract void Note(string text);

    /// <summary>"2 h 5 min", "3 min 20 s", "12 s".</summary>
    protected static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} s"),
    };
}
