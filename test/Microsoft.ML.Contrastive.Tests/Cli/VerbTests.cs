using Microsoft.ML.Contrastive.Cli;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>What all verbs have in common.</summary>
public sealed class VerbTests
{
    [Fact]
    public async Task A_mistyped_verb_or_option_is_answered_by_the_one_that_was_meant()
    {
        Assert.Contains("There is no verb 'swep'. Did you mean 'sweep'?", await ToolRun.Refusal(ExitCode.Usage, "swep"), StringComparison.Ordinal);
        Assert.Equal(
            "There is no option '--method'. Did you mean '--methods'? Option '--dataset' is required, except with --summary-only. See 'mlnet-contrastive sweep --help'.",
            (await ToolRun.Refusal(ExitCode.Usage, "sweep", "--method", "simclr", "--output", "x")).Trim());
        Assert.Contains("'photos' belongs to no option.", await ToolRun.Refusal(ExitCode.Usage, "pretrain", "photos"), StringComparison.Ordinal);
        Assert.Contains("--help", await ToolRun.Refusal(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_has_an_example_that_its_parser_takes()
    {
        (int code, string help, _) = await ToolRun.Of("--help");
        Assert.Equal(ExitCode.Success, code);
        string[] verbs = [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).Where(l => l.Trim().Length > 0).Select(l => l.Trim().Split(' ')[0])];
        Assert.Contains("sweep", verbs);
        foreach (string verb in verbs)
        {
            (code, help, _) = await ToolRun.Of(verb, "--help");
            Assert.Equal(ExitCode.Success, code);
            Assert.DoesNotMatch(@"\[default: [^\]]*(\||[A-Z])", help);
            Assert.Contains($"  mlnet-contrastive {verb} ", help[help.IndexOf("Example", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
    }

    /// <summary>glibc keeps the memory of a training's steps for the process's main thread alone: a verb must not leave it.</summary>
    [Fact]
    public void A_verb_runs_on_the_thread_that_the_program_began_on()
    {
        int thread = 0;
        var verb = new Verb("train", "", [], [], _ => { thread = Environment.CurrentManagedThreadId; return ExitCode.Success; });
        Assert.True(verb.Parse([]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Theory]
    [InlineData("--dataset is empty", "pretrain", "--dataset", "")]
    [InlineData("--output is empty", "pretrain", "--dataset", "photos", "--output", " ")]
    [InlineData("RUN is empty", "report", "")]
    public async Task An_empty_value_is_told_by_the_name_of_its_option(string told, params string[] typed) =>
        Assert.Contains(told, await ToolRun.Refusal(ExitCode.Usage, typed), StringComparison.Ordinal);

    [Fact]
    public async Task Help_that_cannot_be_written_is_a_line()
    {
        using var error = new StringWriter();
        using var full = new FullWriter();
        Assert.Equal(ExitCode.Failure, await Program.RunAsync(["pretrain", "--help"], full, error, TestContext.Current.CancellationToken));
        Assert.Equal("The disk is full.", error.ToString().Trim());
    }

    private sealed class FullWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("The disk is full.");

        public override void WriteLine(string? value) => throw new IOException("The disk is full.");
    }

    [Fact]
    public void Every_verb_that_does_something_answers_machines() =>
        Assert.Equal(["completion"], Program.CreateRoot().Subcommands.Where(verb => verb.Options.All(option => option.Name != "--json")).Select(verb => verb.Name));

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task A_shell_gets_a_script_that_asks_the_tool(string shell)
    {
        (int code, string script, _) = await ToolRun.Of("completion", shell);
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_suggests_verbs_and_options()
    {
        const string Typed = "mlnet-contrastive sweep --me";
        (_, string suggested, _) = await ToolRun.Of($"[suggest:{Typed.Length}]", Typed);
        Assert.Equal("--methods", suggested.Trim());
        (_, suggested, _) = await ToolRun.Of("[suggest:20]", Typed[..20]);
        Assert.Contains("sweep", suggested.Split('\n', StringSplitOptions.TrimEntries));
        const string Value = "mlnet-contrastive pretrain --method b";
        (_, suggested, _) = await ToolRun.Of($"[suggest:{Value.Length}]", Value);
        Assert.Equal("byol", suggested.Trim());
    }

    [Theory]
    [InlineData("methd", "method")]
    [InlineData("METHOD", "method")]
    [InlineData("Rate", "learningRate")]
    [InlineData("epcohs", "epochs")]
    [InlineData("xyz", null)]
    public void Near_names_are_found(string text, string? name) => Assert.Equal(name, NearNames.Of(text, ["method", "epochs", "learningRate"]).FirstOrDefault());

    [Fact]
    public void Failures_are_a_line_and_programmers_remarks_are_left_out()
    {
        using var error = new StringWriter();
        Assert.Equal(ExitCode.Failure, FailureLine.Write(new ArgumentOutOfRangeException("BatchSize", 1, "BatchSize is 1;\nit must be at least 2."), error, verbose: false));
        Assert.Equal(ExitCode.Cancelled, FailureLine.Write(new OperationCanceledException(), error, verbose: false));
        Assert.Equal(ExitCode.Failure, FailureLine.Write(new AggregateException(new IOException("The disk is full.")), error, verbose: false));
        Assert.Equal(["BatchSize is 1; it must be at least 2.", "Stopped.", "The disk is full.", ""], error.ToString().Split('\n'));
        Assert.Equal(ExitCode.Usage, FailureLine.Write(new UsageException("No."), error, verbose: true));
        Assert.Contains(nameof(UsageException), error.ToString(), StringComparison.Ordinal);
    }
}
