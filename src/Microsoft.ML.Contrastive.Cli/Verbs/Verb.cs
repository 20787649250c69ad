using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>A verb of the tool: its options, examples for its help, and what it does. Whatever it throws becomes a line on standard error and an exit code.</summary>
internal sealed class Verb : System.CommandLine.Command
{
    /// <summary>Makes a verb.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="examples">What comes behind the verb, each a line of its help: "--dataset photos --epochs 100".</param>
    /// <param name="symbols">Options and arguments, in the order of the help.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    public Verb(string name, string description, IReadOnlyList<string> examples, IEnumerable<Symbol> symbols, Func<VerbContext, int> run)
        : base(name, description)
    {
        Examples = examples;
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
                Add(argument);
            else
                Add((Option)symbol);
        }

        Validators.Add(RequireValues);

        // On the caller's thread, the process's main one: for others glibc keeps freed memory in small blocks only
        // (KeptMemory), and clearing new pages is a sixth of a training on the CPU.
        SetAction((arguments, cancellation) => Task.FromResult(Run(new VerbContext(arguments, cancellation), run)));
    }

    /// <summary>What comes behind the verb, each an example.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>An empty value is what a shell makes of a variable that is not set.</summary>
    private static void RequireValues(CommandResult result)
    {
        foreach (SymbolResult child in result.Children)
        {
            if (child.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{(child as OptionResult)?.Option.Name ?? (child as ArgumentResult)?.Argument.Name} is empty: leave it out, or name a value.");
        }
    }

    private static int Run(VerbContext context, Func<VerbContext, int> run)
    {
        try
        {
            // Here .NET's own copy of the environment is what counts: it is read by this process's managed code.
            if (context.Arguments.GetValue(CommonOptions.Libtorch) is { } libtorch)
                Environment.SetEnvironmentVariable(TorchRuntime.FolderVariable, libtorch);
            using CancellationTokenRegistration answer = context.Cancellation.Register(() =>
            {
                if (!context.AnswersInterruption)
                    context.Error.WriteLine(Interruption.Answer);
            });
            return run(context);
        }
        catch (Exception failure)
        {
            return FailureLine.Write(failure, context.Error, context.Verbose);
        }
    }
}
