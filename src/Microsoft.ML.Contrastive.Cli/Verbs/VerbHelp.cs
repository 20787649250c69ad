using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>The help of a verb: what the library prints, and examples.</summary>
internal sealed class VerbHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb { Examples: { Count: > 0 } examples } verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in examples)
                output.WriteLine($"  {Program.Name} {verb.Name} {example}");
            output.WriteLine();
        }

        return ExitCode.Success;
    }
}
