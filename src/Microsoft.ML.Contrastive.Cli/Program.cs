using System.CommandLine;
using System.CommandLine.Help;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary>The tool <c>mlnet-contrastive</c>: a verb a file. <c>mlnet-contrastive VERB --help</c> says what each takes.</summary>
internal static class Program
{
    /// <summary>What is typed.</summary>
    public const string Name = "mlnet-contrastive";

    public static async Task<int> Main(string[] args)
    {
        // ONNX Runtime 1.30 for Linux keeps an identifier of the machine and reports what it runs; nobody who starts this tool has asked for that.
        NativeEnvironment.SetDefault("ORT_DISABLE_TELEMETRY", "1");
        using var interruption = new Interruption();
        return await RunAsync(args, Console.Out, Console.Error, interruption.Token).ConfigureAwait(false);
    }

    /// <summary>Runs the verb of a command line.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellation">Asks the verb to stop.</param>
    /// <returns>An <see cref="ExitCode"/>; unless it is 0, <paramref name="error"/> says in a line what was wrong.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        ParseResult arguments = CreateRoot().Parse(args);
        if (arguments.Errors.Count > 0 && arguments.Action is System.CommandLine.Invocation.ParseErrorAction)
            return FailureLine.Write(arguments, error);

        try
        {
            // Signals are Interruption's.
            var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
            return await arguments.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Of help and version: whoever reads has gone, or there is no room.
            return FailureLine.Write(failure, error, verbose: false);
        }
    }

    /// <summary>All verbs.</summary>
    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand("Self-supervised image learning for ML.NET.")
        {
            PretrainCommand.Create(),
            ImageClassificationCommand.Create(),
            TrainCommand.Create(),
            SweepCommand.Create(),
            DownloadCommand.Create(),
            EvaluateCommand.Create(),
            EmbedCommand.Create(),
            PreviewCommand.Create(),
            DifficultyCommand.Create(),
            ReportCommand.Create(),
            ExportCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
            CommonOptions.Verbose,
        };
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
            option.Action = new VerbHelp((HelpAction)option.Action!);
        return root;
    }
}
