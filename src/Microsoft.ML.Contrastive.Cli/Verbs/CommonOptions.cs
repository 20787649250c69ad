using System.CommandLine;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    /// <summary>Of every verb.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Print the log, and a stack trace when something goes wrong.", Recursive = true };

    /// <summary>Of verbs whose output machines may read.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON for machines." };

    /// <summary>Of verbs that pretrain.</summary>
    public static Option<bool> NoReport { get; } = new("--no-report") { Description = "Leave report.html out." };

    /// <summary>Of verbs that make the views of a preset.</summary>
    public static Option<double?> JointBlur { get; } = new("--joint-blur")
    {
        Description = "Draw the blurs of a pair jointly (JointBlur); the preset must blur.",
        HelpName = "BETA",
        CustomParser = OptionParsing.Parsed<double?>(text => OptionParsing.Finite(text)),
    };

    /// <summary>Of verbs that make the views of a preset.</summary>
    public static Option<double?> JointColor { get; } = new("--joint-color")
    {
        Description = "Draw the brightness of a pair jointly (JointColor).",
        HelpName = "BETA",
        CustomParser = OptionParsing.Parsed<double?>(text => OptionParsing.Finite(text)),
    };

    /// <summary>Of verbs that need torch.</summary>
    public static Option<string?> Libtorch { get; } = new("--libtorch")
    {
        Description = "Folder of a libtorch 2.10 to use instead of the one that came along, e.g. with CUDA. Default: MLNET_CONTRASTIVE_LIBTORCH.",
        HelpName = "DIR",
        CustomParser = OptionParsing.Parsed<string?>(text => Directory.Exists(text) ? Path.GetFullPath(text) : throw new ArgumentException($"There is no folder '{text}'.")),
    };

    /// <summary>Of verbs that need torch.</summary>
    public static Option<DeviceChoice> Device { get; } = new("--device")
    {
        Description = "auto (the first GPU that torch finds, else the processor), cpu, or cuda:N.",
        HelpName = "auto|cpu|cuda:N",
        CustomParser = OptionParsing.Parsed(DeviceChoice.Parse),
        DefaultValueFactory = _ => DeviceChoice.Auto,
    };
}
