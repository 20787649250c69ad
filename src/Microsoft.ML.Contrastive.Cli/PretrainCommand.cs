using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive pretrain</c>: what is typed becomes a complete configuration; <see cref="PretrainingRun"/> does the rest.</summary>
internal sealed class PretrainCommand
{
    private const int LargestSide = 4096;
    private const string DefaultMethod = "simclr";

    private readonly Option<string?> _dataset = new("--dataset") { Description = "Images: a folder, an archive, a list or a data set's own files. Labels are not needed.", HelpName = "PATH" };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<string?> _method = new("--method") { Description = $"{string.Join(", ", ContrastiveMethod.Names)}; also moco-v1 and the like. Default: {DefaultMethod}.", HelpName = "NAME", CustomParser = Parsed<string?>(Method) };
    private readonly Option<string?> _preset = new("--preset") { Description = $"Published settings by method and data, e.g. simclr/stl10, or the data alone beside --method; '{SmallDataSettings.Name}' for some thousand images. Default: {SmallDataSettings.Name}.", HelpName = "NAME" };
    private readonly Option<Backbone?> _backbone = new("--backbone") { Description = $"The network: {string.Join(", ", Backbone.KnownNames)}, with -cifar, -compact, -w0.5, … Default: the preset's; of '{SmallDataSettings.Name}' by image size.", HelpName = "NAME", CustomParser = Parsed<Backbone?>(Backbone.Parse) };
    private readonly Option<double?> _jointCrop = new("--joint-crop") { Description = "Draw the crops of a pair jointly (JointCrop); β 0 is the paper's.", HelpName = "BETA", CustomParser = Parsed<double?>(text => Finite(text)) };
    private readonly Option<double?> _jointBlur = new("--joint-blur") { Description = "Draw the blurs of a pair jointly (JointBlur); the preset must blur.", HelpName = "BETA", CustomParser = Parsed<double?>(text => Finite(text)) };
    private readonly Option<double?> _jointColor = new("--joint-color") { Description = "Draw the brightness of a pair jointly (JointColor).", HelpName = "BETA", CustomParser = Parsed<double?>(text => Finite(text)) };
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes over the images.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Images a step.", HelpName = "N", CustomParser = Whole(2) };
    private readonly Option<int?> _imageSize = new("--image-size") { Description = $"Side of views and of the encoder's images in pixels. Default: the preset's; of '{SmallDataSettings.Name}' by the images.", HelpName = "PIXELS", CustomParser = Whole(1, LargestSide) };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of weights, order and views. Default: 1.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<string?> _output = new("--output") { Description = "Folder of the run. Default: runs/DATASET-METHOD.", HelpName = "DIR" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the run in --output, whose configuration it is; the other options may be left out." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Delete the run in --output first." };
    private readonly Option<string?> _config = new("--config") { Description = "JSON with any of the keys that --print-config shows, e.g. the config.json of another run.", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "key=value, any number of them: any value of the configuration, e.g. method.temperature=0.2.", HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _printConfig = new("--print-config") { Description = "Print the resolved configuration as JSON and train nothing." };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new PretrainCommand();
        command._method.CompletionSources.Add([.. ContrastiveMethod.Names]);
        command._preset.CompletionSources.Add([SmallDataSettings.Name, .. ContrastivePreset.Names]);
        command._backbone.CompletionSources.Add([.. Backbone.KnownNames]);
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
                command._dataset, command._format, command._method, command._preset, command._backbone, command._jointCrop, command._jointBlur, command._jointColor,
                command._epochs, command._batchSize, command._imageSize, CommonOptions.Device, command._seed, command._output, command._resume, command._overwrite,
                command._config, command._set, command._printConfig, CommonOptions.Json, CommonOptions.Libtorch,
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

        JsonObject saved = resumed ? named!.ReadConfiguration("--resume") : context.Value(_config) is { } file ? RunConfiguration.ReadFile(file, "--config") : [];
        string data = context.Value(_dataset) ?? Text(saved, "dataset") ?? throw new UsageException("--dataset is missing: name a folder or an archive of images.");
        string? format = context.Value(_format) ?? (context.Has(_dataset) ? null : Text(saved, "datasetFormat"));
        using Dataset dataset = Dataset.Open(data, new DatasetOptions { Format = format, Announce = context.Error.WriteLine, Cancellation = context.Cancellation });

        RunConfiguration configuration = Resolve(context, dataset, resumed ? named : null);
        (RunSettings settings, ContrastivePreset preset) = configuration.Read();
        _ = Device(settings);
        if (context.Value(_printConfig))
        {
            context.Output.WriteLine(configuration);
            return ExitCode.Success;
        }

        RunFolder folder = named ?? DefaultFolder(dataset, preset, context.Value(_overwrite));
        JsonDisplay? json = context.Json ? new JsonDisplay(context.Output) : null;
        context.AnswersInterruption = json is null && context.Terminal.Profile.Out.IsTerminal;
        TrainingDisplay display = json ?? (context.AnswersInterruption ? new LiveDisplay(context.Terminal, context.Cancellation) : new PlainDisplay(context.Output, context.Error) as TrainingDisplay);
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
            RunFolder.Write(folder.Configuration, configuration.ToString());
        RunRecord record = run.Execute(display, resumed, context.Cancellation);
        json?.Write("end", new { Folder = folder.Path, Run = record });

        // What was refused has changed nothing.
        if (resumed)
            RunFolder.Write(folder.Configuration, configuration.ToString());
        return Conclude(context, record, folder);
    }

    private RunConfiguration Resolve(VerbContext context, Dataset dataset, RunFolder? resumed)
    {
        int images = dataset.Count - dataset.CountOf(Split.Validation) - dataset.CountOf(Split.Test);
        int side = context.Value(_imageSize) ?? (resumed is null && context.Value(_preset) is null or SmallDataSettings.Name ? UsualSide(dataset) : 1);
        ContrastivePreset preset = Preset(context, side, images);
        RunConfiguration configuration = RunConfiguration.Of(new RunSettings(), preset);
        if (resumed is not null)
            configuration.Merge(resumed.ReadConfiguration("--resume"), $"'{resumed.Configuration}'");
        if (context.Value(_config) is { } file)
        {
            var changes = RunConfiguration.ReadFile(file, "--config");
            if (changes.ContainsKey("method") && (context.Has(_method) || context.Has(_preset)))
                throw new UsageException($"--config: '{file}' chooses the method, and so does {(context.Has(_method) ? "--method" : "--preset")}. Leave one of them out, or take 'method' out of the file.");
            configuration.Merge(changes, $"--config {file}");
        }

        configuration.Set("dataset", dataset.Path);
        if (context.Has(_dataset))
            configuration.Set("datasetFormat", context.Value(_format));
        Override("backbone", context.Value(_backbone)?.Name);
        Override("jointCropBeta", context.Value(_jointCrop));
        Override("jointBlurBeta", context.Value(_jointBlur));
        Override("jointColorBeta", context.Value(_jointColor));
        Override("epochs", context.Value(_epochs));
        Override("batchSize", context.Value(_batchSize));
        Override("seed", context.Value(_seed));
        if (context.Has(CommonOptions.Device))
            configuration.Set("device", context.Value(CommonOptions.Device)!.Name);
        foreach (string assignment in context.Value(_set) ?? [])
            configuration.Set(assignment);
        if (context.Value(_imageSize) is { } typed)
        {
            (RunSettings run, ContrastivePreset sized) = configuration.Read();
            configuration = RunConfiguration.Of(run, sized.WithImageSize(typed));
        }

        if (resumed is not null)
        {
            RunConfiguration saved = RunConfiguration.Of(new RunSettings(), preset);
            saved.Merge(resumed.ReadConfiguration("--resume"), $"'{resumed.Configuration}'");
            if (configuration.Differences(saved).ToArray() is { Length: > 0 } differences)
                throw new UsageException($"--resume: the run in '{resumed.Path}' has other settings, which cannot be changed on the way: {string.Join("; ", differences)}. Leave the options out, or choose another --output.");
        }

        return configuration;

        void Override<T>(string key, T? value)
        {
            if (value is not null)
                configuration.Set(key, JsonValue.Create(value));
        }
    }

    private ContrastivePreset Preset(VerbContext context, int side, int images)
    {
        string method = context.Value(_method) ?? DefaultMethod, name = context.Value(_preset) ?? SmallDataSettings.Name;
        if (name.Split('/') is [var first, var setting])
        {
            if (context.Has(_method) && Method(first) != method)
                throw new UsageException($"--preset is of the method {first}, --method is {method}. Leave --method out, or write --preset {setting}.");
            (method, name) = (Method(first), setting);
        }

        if (name == SmallDataSettings.Name)
            return SmallDataSettings.Of(method, side, images, context.Value(_epochs));
        string full = $"{method}/{name}";
        return ContrastivePreset.Names.Contains(full, StringComparer.OrdinalIgnoreCase)
            ? ContrastivePreset.ByName(method, name)
            : throw new UsageException($"--preset: there is no '{full}'.{NearNames.Suggestion(full, ContrastivePreset.Names)} There are {SmallDataSettings.Name}, {string.Join(", ", ContrastivePreset.Names)}.");
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

    private static int Conclude(VerbContext context, RunRecord record, RunFolder folder)
    {
        if (record.Status == RunStatus.Cancelled)
        {
            context.Error.WriteLine($"Stopped{(record.Last is { } last ? $" in epoch {last.Epoch} after step {last.Step}" : "")}; everything is saved. Go on with: {folder.ResumeCommand}");
            return ExitCode.Cancelled;
        }

        if (!context.Json)
        {
            foreach (string file in record.Exported)
                context.Output.WriteLine($"wrote {Path.Combine(folder.Path, file)}");
        }

        return ExitCode.Success;
    }

    /// <summary>A folder of its own for each data set and method.</summary>
    private static RunFolder DefaultFolder(Dataset dataset, ContrastivePreset preset, bool overwrite)
    {
        var folder = new RunFolder(Path.Combine("runs", $"{Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(dataset.Path))}-{preset.Method.Name}"));
        folder.RequireFree(resume: false, overwrite);
        return folder;
    }

    private static int UsualSide(Dataset dataset)
    {
        HashSet<long> sampled = [.. SmallDataSettings.SampledRows(dataset.Count).Select(row => (long)row)];
        var sides = new List<int>();
        DataViewSchema.Column column = dataset.Rows.Schema[DatasetView.ImageColumnName];
        using DataViewRowCursor cursor = dataset.Rows.GetRowCursor([column]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(column);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            if (!sampled.Contains(cursor.Position))
                continue;
            try
            {
                getter(ref image);
                sides.Add(Math.Min(image.Width, image.Height));
            }
            catch (InvalidDataException)
            {
                // Training will say which images cannot be read.
            }
        }

        image?.Dispose();
        return SmallDataSettings.SideFor(sides);
    }

    /// <exception cref="UsageException">The configuration names no device.</exception>
    private static DeviceChoice Device(RunSettings settings)
    {
        try
        {
            return DeviceChoice.Parse(settings.Device);
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"device: {error.Message}", error);
        }
    }

    private static string Method(string text)
    {
        string name = text.Replace("-", "", StringComparison.Ordinal);
        return ContrastiveMethod.Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"There is no method '{text}'.{NearNames.Suggestion(name, ContrastiveMethod.Names)} There are: {string.Join(", ", ContrastiveMethod.Names)}.");
    }

    private static string? Text(JsonObject tree, string key) => tree[key] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
