using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>The help of a verb: what the library prints, and examples.</summary>
internal sealed partial class VerbHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        help.Invoke(parseResult);
        configuration.Output = output;
        // The library separates the values of a list by what no option here takes.
        output.Write(Defaults().Replace(text.ToString(), values => values.Value.Replace('|', ',')));
        if (parseResult.CommandResult.Command is Verb { Examples: { Count: > 0 } examples } verb)
        {
            output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in examples)
                output.WriteLine($"  {Program.Name} {verb.Name} {example}");
            output.WriteLine();
        }

        return ExitCode.Success;
    }

    [GeneratedRegex(@"\[default: [^\]]*\]")]
    private static partial Regex Defaults();
}
