using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Report;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive report</c>: the page of a run, once more.</summary>
internal sealed class ReportCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The folder of a run, also of one that is not finished." };
    private readonly Option<string?> _dataset = new("--dataset") { Description = "The images to look at. Default: those of the run, if they are still there.", HelpName = "PATH" };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new ReportCommand();
        return new Verb(
            "report",
            $"Writes the report of a run: curves, what the features are worth, a map of the images, their neighbours, positive pairs. '{Program.Name} pretrain' does so at its end.",
            ["runs/photos-simclr", "runs/photos-simclr --dataset elsewhere/photos"],
            [command._run, command._dataset, command._format, CommonOptions.Device, CommonOptions.Json, CommonOptions.Libtorch],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        var folder = new RunFolder(context.Arguments.GetValue(_run)!);
        (RunSettings settings, _) = ReportRun.Read(folder).Settings;
        OutputFile.Require(folder.Report, [Path.GetExtension(folder.Report)], overwrite: true, _run.Name);
        string path = context.Value(_dataset) ?? settings.Dataset;
        string? missing = context.Has(_dataset) || File.Exists(path) || Directory.Exists(path)
            ? null
            : $"The images are not looked at: '{path}' is not there any more. {Program.Name} report with --dataset looks at them elsewhere.";
        using Dataset? dataset = missing is null
            ? Dataset.Open(
                path,
                new DatasetOptions
                {
                    Format = context.Value(_format) ?? (context.Has(_dataset) ? null : settings.DatasetFormat),
                    Announce = context.Error.WriteLine,
                    Cancellation = context.Cancellation,
                })
            : null;
        if (missing is not null)
            context.Error.WriteLine(missing);
        RunReport.Write(context, folder, context.Value(CommonOptions.Device)!, dataset, missing, context.Error.WriteLine);
        if (context.Json)
            context.WriteJson(new { File = folder.Report });
        else
            context.Output.WriteLine($"wrote {folder.Report}");
        return ExitCode.Success;
    }
}
