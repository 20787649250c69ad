using System.CommandLine;
using System.CommandLine.Invocation;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary>The tool <c>mlnet-contrastive</c>: a verb a file. <c>mlnet-contrastive VERB --help</c> says what each takes.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => RunAsync(args, Console.Out, Console.Error);

    /// <summary>Runs the verb of a command line.</summary>
    /// <returns>0, or another number when something was wrong, which <paramref name="error"/> then says in a line.</returns>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult arguments = new RootCommand("Self-supervised image learning for ML.NET.") { SweepCommand.Create() }.Parse(args);

        // What is wrong is a line; --help is there for whoever wants the rest.
        if (arguments.Action is ParseErrorAction mistake)
            mistake.ShowHelp = false;

        // Ctrl-C is a request: a verb ends what it is doing in its own time, a step of training or the fit of a classifier.
        return arguments.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }
}
