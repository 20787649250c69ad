using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>The options of verbs that make a classifier, and what follows from them.</summary>
internal sealed class ClassificationOptions
{
    private readonly PretrainingOptions _training = new("They or some of them have labels: a folder for each class.");
    private readonly Option<string?> _testDataset = new("--test-dataset")
    {
        Description = "Images to measure on, a folder for each class. Default: the data set's test or val, else 20 % of each class.",
        HelpName = "PATH",
    };
    private readonly Option<int?> _width = new("--width") { Description = "As --image-size; images are brought to squares.", HelpName = "PIXELS", CustomParser = Whole(1) };
    private readonly Option<int?> _height = new("--height") { Description = "As --width.", HelpName = "PIXELS", CustomParser = Whole(1) };
    private readonly Option<string?> _project = new("--project") { Description = "The C# project that the classifier becomes a part of. Default: the one in the folder.", HelpName = "FILE" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the pretraining that was begun; the other options may be left out." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = $"Replace files that {Program.Name} has not written, and a pretraining that was not finished." };
    private readonly Option<string?> _log = new("--log-file-path") { Description = "Also write what is printed, and ML.NET's log, to this file.", HelpName = "FILE" };

    /// <summary>All of them.</summary>
    public IEnumerable<Symbol> All => [.. _training.All, _testDataset, _width, _height, _project, _resume, _overwrite, _log, CommonOptions.NoReport, CommonOptions.Json, CommonOptions.Libtorch];

    /// <summary>Makes the classifier.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="folder">Where the files go; null for the project's folder, or the one that is current.</param>
    /// <param name="name">Name of the class.</param>
    /// <param name="form">Model Builder's configuration, where there is one already.</param>
    /// <param name="resumeCommand">What to type, without --resume, to do the same again.</param>
    public int Run(VerbContext context, string? folder, string name, TrainingConfiguration? form, string resumeCommand)
    {
        Identifier.Require(name, form is null ? "--name" : TrainingConfiguration.Option);
        string? typedProject = context.Value(_project);
        string current = Directory.GetCurrentDirectory();
        ProjectFile? project = ProjectFile.Find(typedProject, folder ?? current);
        var files = new GeneratedFiles(Path.GetFullPath(folder ?? project?.Folder ?? current), name);
        // A folder of the project at hand.
        if (project is null && files.IsIn(current))
            project = ProjectFile.Find(null, current);
        _ = ClassifierRun.Namespace(files, project);
        files.RequireFree(context.Value(_overwrite), form is null ? null : files.Configuration);
        if (project is not null && File.GetAttributes(project.Path).HasFlag(FileAttributes.ReadOnly))
            throw new IOException($"'{project.Path}' is read-only. Check it out, or get the right to write.");

        var runFolder = new RunFolder(files.Run);
        bool resumed = context.Value(_resume) && runFolder.HoldsRun;
        if (!resumed && !context.Value(_overwrite) && runFolder.HoldsRun && !IsFinished(runFolder))
            throw new UsageException($"The pretraining of '{name}' was not finished. Go on with it by --resume, or begin again by --overwrite.");
        RunFolder? continued = resumed ? runFolder : null;

        using var log = new LogFile(context.Value(_log));
        using Dataset dataset = _training.OpenDataset(
            context, continued, resumed || _training.NamesDataset(context) ? null : form?.Folder(files.Configuration), BrokenImages.LeaveOut,
            context.Value(_resume) && !resumed ? runFolder : null);
        using Dataset? test = context.Value(_testDataset) is { } path
            ? Dataset.Open(path, new DatasetOptions { BrokenImages = BrokenImages.LeaveOut, Announce = context.Error.WriteLine, Cancellation = context.Cancellation })
            : null;
        RunConfiguration configuration = _training.Resolve(context, dataset, continued, resumed || form is null ? null : ClassifierFacts.ReadPretraining(files.Facts), Side(context));
        return new ClassifierRun(context, files, project, form ?? TrainingConfiguration.New(dataset.Path), log)
            .Execute(dataset, test, configuration, resumed, $"{resumeCommand} --resume{Again(_testDataset)}{Again(_project)}");

        string Again(Option<string?> option) => context.Value(option) is { } typed ? $" {option.Name} {Shell.Quoted(typed)}" : "";
    }

    private int? Side(VerbContext context)
    {
        if (context.Value(_width) is not { } width)
            return context.Has(_height) ? throw new UsageException("--height needs --width of the same number, or --image-size alone.") : null;
        return (context.Value(_height) ?? width) == width
            ? width
            : throw new UsageException($"--width is {width} and --height {context.Value(_height)}; images are brought to squares. Name one number, or --image-size.");
    }

    private static bool IsFinished(RunFolder folder)
    {
        try
        {
            return File.Exists(folder.Record) && (string?)JsonNode.Parse(File.ReadAllText(folder.Record))?["status"] == JsonNamingPolicy.CamelCase.ConvertName(nameof(RunStatus.Completed));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
