using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>The one place that says what went wrong: a line on standard error, and the exit code that goes with it.</summary>
internal static class FailureLine
{
    /// <summary>What .NET says, in English whatever the language, where it leaves out the number.</summary>
    private static readonly string[] Full = ["disk was full", "too large for the file system"];

    /// <summary>Says what is wrong with what was typed.</summary>
    /// <param name="arguments">Arguments with errors.</param>
    /// <param name="error">Receives the line.</param>
    public static int Write(ParseResult arguments, TextWriter error)
    {
        string[] unmatched = [.. arguments.UnmatchedTokens];
        // What stands behind an option that there is not is its value, and no mistake of its own.
        if (unmatched.Any(token => token.StartsWith('-')))
            unmatched = [.. unmatched.Where(token => token.StartsWith('-'))];
        (string command, IEnumerable<string> mistakes) = arguments.CommandResult.Command is Verb verb
            ? ($"{Program.Name} {verb.Name}", unmatched.Select(token => token.StartsWith('-') ? $"There is no option '{token}'.{Near(token)}" : $"'{token}' belongs to no option.")
                .Concat(arguments.Errors.Select(e => e.Message).Where(message => !arguments.UnmatchedTokens.Any(token => message.Contains($"'{token}'", StringComparison.Ordinal)))).Distinct())
            : (Program.Name, [unmatched is [var first, ..] ? $"There is no verb '{first}'.{Near(first)}" : "A verb is missing."]);
        error.WriteLine(OneLine($"{string.Join(" ", mistakes)} See '{command} --help'."));
        return ExitCode.Usage;

        string Near(string token) => NearNames.Suggestion(token, Names(arguments.CommandResult));
    }

    /// <summary>Says why a verb has ended.</summary>
    /// <param name="failure">What it threw.</param>
    /// <param name="error">Receives the line, and the stack trace where it is asked for.</param>
    /// <param name="verbose">Whether to print the stack trace as well.</param>
    public static int Write(Exception failure, TextWriter error, bool verbose)
    {
        while (failure is AggregateException or System.Reflection.TargetInvocationException && failure.InnerException is { } inner)
            failure = inner;
        error.WriteLine(OneLine(failure switch
        {
            OperationCanceledException { InnerException: null } => "Stopped.",
            OperationCanceledException => failure.Message,
            _ when IsExplained(failure) => Message(failure),
            _ => $"Unexpected {failure.GetType().Name}: {failure.Message} This is a mistake in the tool; --verbose prints where it happened.",
        }));
        if (verbose)
            error.WriteLine(failure);
        return failure switch
        {
            OperationCanceledException => ExitCode.Cancelled,
            UsageException => ExitCode.Usage,
            _ => ExitCode.Failure,
        };
    }

    /// <summary>The kinds of exceptions whose messages were written for whoever reads them.</summary>
    private static bool IsExplained(Exception failure) => failure
        is UsageException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException
        or ArgumentException or DllNotFoundException or NonFiniteLossException or HttpRequestException or NotSupportedException;

    /// <summary>
    /// The message without what .NET adds for programmers (the parameter's name, and the value once more), and with what .NET leaves out of its own about files: what to do.
    /// </summary>
    public static string Message(Exception failure)
    {
        string message = failure is ArgumentException && failure.Message.IndexOf(" (Parameter '", StringComparison.Ordinal) is var end and > 0 ? failure.Message[..end] : failure.Message;
        return failure.TargetSite?.Module.Assembly == typeof(object).Assembly ? message + Cure(failure) : message;
    }

    /// <summary>A sentence on a failure of the file system; nothing for any other.</summary>
    private static string Cure(Exception failure)
    {
        // errno on Unix; on Windows ERROR_DISK_FULL as an HRESULT.
        const int NoSpace = 28, TooLarge = 27, DiskFull = unchecked((int)0x80070070);
        return failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => " Check the path: its folders must exist, and a link must lead somewhere.",
            UnauthorizedAccessException => " Get the right to do so, or choose another place.",
            _ when failure.HResult is NoSpace or TooLarge or DiskFull || Full.Any(words => failure.Message.Contains(words, StringComparison.Ordinal)) => " Make room, or choose another disk.",
            _ => "",
        };
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Names(CommandResult result) =>
        result.Command.Options.Select(option => option.Name).Concat(result.Command.Subcommands.Select(verb => verb.Name));
}
