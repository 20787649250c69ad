using System.CommandLine;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Documentation;

/// <summary>What pages say is typed: the tool's commands, presets and keys.</summary>
public sealed partial class CommandTests
{
    private static readonly string[] Verbs = [.. Program.CreateRoot().Subcommands.Select(verb => verb.Name)];

    [Fact]
    public void The_tools_parser_takes_every_command_in_a_block()
    {
        (string Page, string Arguments)[] commands = [.. Pages.All.SelectMany(page => Pages.TypedBlocks(page).SelectMany(Commands).Select(arguments => (page, arguments)))];

        Assert.True(commands.Length > 10, $"Only {commands.Length} commands were found.");
        // The folders of an example are not here.
        Assert.Empty(commands.SelectMany(command => Program.CreateRoot().Parse(command.Arguments).Errors
            .Where(error => !error.Message.Contains("There is no folder", StringComparison.Ordinal)).Select(error => $"{command.Page}: {command.Arguments}: {error.Message}")));
    }

    [Fact]
    public void The_tools_parser_knows_every_option_of_a_command_in_a_sentence()
    {
        (string Page, string Arguments)[] commands =
        [
            .. Pages.All.SelectMany(page => Pages.InlineCodes(page).Select(Arguments).OfType<string>().Select(arguments => (page, arguments))),
        ];

        // A sentence may leave out what is required.
        Assert.True(commands.Length > 10, $"Only {commands.Length} commands were found.");
        Assert.Empty(commands.SelectMany(command => Program.CreateRoot().Parse(command.Arguments).UnmatchedTokens.Select(token => $"{command.Page}: {command.Arguments}: {token}")));
    }

    [Fact]
    public void Every_preset_that_a_page_names_exists()
    {
        (string Page, string Name)[] named =
        [
            .. Pages.All.SelectMany(page => Pages.InlineCodes(page).Where(code => PresetName().IsMatch(code)).Select(name => (page, name))),
            .. Pages.All.SelectMany(page => PresetOption().Matches(Pages.Text(page)).Select(option => (page, option.Groups["name"].Value))),
        ];

        Assert.True(named.Length > 10, $"Only {named.Length} presets were found.");
        Assert.Empty(named.Where(n => !IsPreset(n.Name)).Select(n => $"{n.Page}: {n.Name}"));
    }

    [Fact]
    public void Every_key_of_the_configuration_that_a_page_names_exists()
    {
        HashSet<string> keys =
        [
            "onlineProbe.learningRate",     // of what there is none unless it is set
            .. ContrastivePreset.All.Concat([SmallDataSettings.Of("vicreg", 32, 1000, null)])
                .SelectMany(preset => RunConfiguration.Of(new RunSettings(), preset).Lines()).Select(line => ViewNumber().Replace(line.Key, "views.")),
        ];
        (string Page, string Key)[] named =
        [
            .. Pages.All.SelectMany(page => Pages.InlineCodes(page)
                // Beside ours that page has solo-learn's keys.
                .Where(code => page != "docs/from-lightly.md" || code.StartsWith("--set ", StringComparison.Ordinal))
                .SelectMany(code => Key().Matches(code).Select(key => (page, ViewNumber().Replace(key.Value, "views."))))),
        ];

        Assert.True(named.Length > 10, $"Only {named.Length} keys were found.");
        Assert.Empty(named.Where(n => !keys.Contains(n.Key)).Select(n => $"{n.Page}: {n.Key}").Distinct());
    }

    private static bool IsPreset(string name) => name.Split('/') is [var method, var setting]
        ? ContrastivePreset.Names.Contains($"{method.Replace("-", "", StringComparison.Ordinal)}/{setting}") || setting == SmallDataSettings.Name
        : name == SmallDataSettings.Name || ContrastivePreset.Names.Any(known => known.EndsWith($"/{name}", StringComparison.Ordinal));

    /// <summary>The tool's commands in a block. A backslash at the end of a line continues it.</summary>
    private static IEnumerable<string> Commands(string block) => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(Arguments).OfType<string>();

    /// <summary>The arguments of a command; null where it is none of the tool, or stands for many.</summary>
    private static string? Arguments(string line)
    {
        Match command = Command().Match(line.Trim());
        string arguments = command.Groups["arguments"].Value;
        return command.Success && Verbs.Contains(arguments.Split(' ')[0]) && !arguments.Contains('…', StringComparison.Ordinal) && !arguments.Contains('[', StringComparison.Ordinal) ? arguments : null;
    }

    [GeneratedRegex(@"^(mlnet-contrastive |dotnet run .*--project \S*Microsoft\.ML\.Contrastive\.Cli -- )?(?<arguments>[a-z-]+( .*)?)$")]
    private static partial Regex Command();

    [GeneratedRegex(@"^(simclr|moco-?v[123]|byol|simsiam|dino|vicreg)/[a-z0-9-]+$")]
    private static partial Regex PresetName();

    [GeneratedRegex(@"--preset (?<name>[a-z][a-z0-9/-]*)")]
    private static partial Regex PresetOption();

    [GeneratedRegex(@"(?<![\w./-])(method|optimizer|learningRateSchedule|views|onlineProbe)(\.[0-9])?(\.(?!(md|csv)\b)[a-z][A-Za-z0-9]*)+")]
    private static partial Regex Key();

    [GeneratedRegex(@"^views\.[0-9]+\.")]
    private static partial Regex ViewNumber();
}
