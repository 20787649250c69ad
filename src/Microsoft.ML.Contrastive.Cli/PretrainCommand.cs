using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Report;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive pretrain</c>: what is typed becomes a complete configuration; <see cref="PretrainingRun"/> does the rest.</summary>
internal sealed class PretrainCommand
{
    private readonly PretrainingOptions _training = new();
    private readonly Option<string?> _output = new("--output") { Description = "Folder of the run. Default: runs/DATASET-METHOD.", HelpName = "DIR" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the run in --output, whose configuration it is; the other options may be left out." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Delete the run in --output first." };
    private readonly Option<bool> _printConfig = new("--print-config") { Description = "Print the resolved configuration as JSON and train nothing." };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new PretrainCommand();
        return new Verb(
            "pretrain",
            "Pretrains an encoder on images without labels.",
            [
                "--dataset photos",
                "--dataset photos.zip --method byol --joint-crop 0 --image-size 96 --epochs 200 --output runs/photos",
                "--dataset stl10 --preset moco-v2/stl10 --device cuda:0 --set optimizer.learningRate=0.1",
                "--resume --output runs/photos",
            ],
            [
                .. command._training.All, command._output, command._resume, command._overwrite, CommonOptions.NoReport, command._printConfig, CommonOptions.Json, CommonOptions.Libtorch,
            ],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        bool resume = context.Value(_resume);
        RunFolder? named = context.Value(_output) is { } output ? new RunFolder(output) : null;
        named?.RequireFree(resume, context.Value(_overwrite) || context.Value(_printConfig));
        if (resume && named is null)
            throw new UsageException("--resume needs --output, the folder of the run.");
        bool resumed = resume && named!.HoldsRun;

        RunFolder? continued = resumed ? named : null;
        using Dataset dataset = _training.OpenDataset(context, continued, unbegun: resume && !resumed ? named : null);

        RunConfiguration configuration = _training.Resolve(context, dataset, continued);
        (RunSettings settings, ContrastivePreset preset) = configuration.Read();
        if (context.Value(_printConfig))
        {
            context.Output.WriteLine(configuration);
            return ExitCode.Success;
        }

        RunFolder folder = named ?? DefaultFolder(dataset, preset, context.Value(_overwrite));
        JsonDisplay? json = context.Json ? new JsonDisplay(context.Output) : null;
        TrainingDisplay display = json ?? TrainingDisplay.For(context);
        var run = new PretrainingRun(folder, settings, preset, dataset, context.CreateMLContext(settings.Seed, display.Note));
        run.Prepare();
        if (context.Value(_overwrite))
            folder.Clear();
        if (json is not null)
            json.Write("start", new { Folder = folder.Path, Run = run.Record });
        else
            Introduce(context.Output, run.Record, configuration, folder);
        foreach (string note in dataset.Notes)
            display.Note(note);
        if (!resumed)
            folder.Write(configuration);
        RunRecord record = run.Execute(display, resumed, context.Cancellation);

        // What was refused has changed nothing.
        if (resumed)
            folder.Write(configuration);
        bool reported = record.Status == RunStatus.Completed && RunReport.TryWrite(context, folder, settings, dataset, display);
        json?.Write("end", new { Folder = folder.Path, Run = record, Report = reported ? folder.Report : null });
        return Conclude(context, record, run.LastStep, folder, reported);
    }

    private static void Introduce(TextWriter output, RunRecord run, RunConfiguration configuration, RunFolder folder)
    {
        foreach ((string key, string value) in configuration.Lines())
            output.WriteLine($"{key} = {value}");
        output.WriteLine();
        string labels = run.Dataset.Classes.Count > 0 ? $", {run.Dataset.Classes.Count} classes, watched only" : ", no labels";
        output.WriteLine($"{run.Dataset.Images} images ({run.Dataset.Format}{labels}); {run.Method} with {run.Backbone} on {run.Device}, {run.Threads} threads");
        output.WriteLine(folder.Path);
    }

    private static int Conclude(VerbContext context, RunRecord record, StepMetrics? step, RunFolder folder, bool reported)
    {
        if (record.Status == RunStatus.Cancelled)
        {
            context.Error.WriteLine(
                $"Stopped{(step is { } last ? $" after step {last.Step} ({last.StepInEpoch} of {last.StepsPerEpoch} in epoch {last.Epoch} of {last.Epochs})" : "")}; "
                    + $"everything is saved. Go on with: {folder.ResumeCommand}");
            return ExitCode.Cancelled;
        }

        if (!context.Json)
        {
            foreach (string file in record.Exported)
                context.Output.WriteLine($"wrote {Path.Combine(folder.Path, file)}");
            if (reported)
                context.Output.WriteLine($"wrote {folder.Report}");
        }

        return ExitCode.Success;
    }

    /// <summary>A folder of its own for each data set and method.</summary>
    private static RunFolder DefaultFolder(Dataset dataset, ContrastivePreset preset, bool overwrite)
    {
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(dataset.Path));
        if (name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            name = Path.GetFileNameWithoutExtension(name);
        var folder = new RunFolder(Path.Combine("runs", $"{name}-{preset.Method.Name}"));
        folder.RequireFree(resume: false, overwrite);
        return folder;
    }
}
