using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>The options of verbs that pretrain: which images, and how. They become a <see cref="Dataset"/> and a <see cref="RunConfiguration"/>.</summary>
internal sealed class PretrainingOptions
{
    private const int LargestSide = 4096;
    private const string DefaultMethod = "simclr";

    private readonly Option<string?> _dataset = new("--dataset") { HelpName = "PATH" };
    private readonly Option<string?> _unlabeled = new("--unlabeled") { Description = "More images, whose labels, if they have any, are not looked at.", HelpName = "PATH" };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<string?> _method = new("--method")
    {
        Description = $"{string.Join(", ", ContrastiveMethod.Names)}; also moco-v1 and the like. Default: {DefaultMethod}.",
        HelpName = "NAME",
        CustomParser = Parsed<string?>(Method),
    };
    private readonly Option<string?> _preset = new("--preset")
    {
        Description = $"Published settings by method and data, e.g. simclr/stl10, or the data alone beside --method; '{SmallDataSettings.Name}' for some thousand images. "
            + $"Default: {SmallDataSettings.Name}.",
        HelpName = "NAME",
    };
    private readonly Option<Backbone?> _backbone = new("--backbone")
    {
        Description = $"The network: {string.Join(", ", Backbone.KnownNames)}, with -cifar, -compact, -w0.5, … Default: the preset's; of '{SmallDataSettings.Name}' by image size.",
        HelpName = "NAME",
        CustomParser = Parsed<Backbone?>(Backbone.Parse),
    };
    private readonly Option<double?> _jointCrop = new("--joint-crop")
    {
        Description = "Draw the crops of a pair jointly (JointCrop); β 0 is the paper's.",
        HelpName = "BETA",
        CustomParser = Parsed<double?>(text => Finite(text)),
    };
    private readonly Option<double?> _jointBlur = CommonOptions.JointBlur;
    private readonly Option<double?> _jointColor = CommonOptions.JointColor;
    private readonly Option<int?> _epochs = new("--epochs", "--epoch") { Description = "Passes over the images.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<int?> _batchSize = new("--batch-size", "--batch") { Description = "Images a step.", HelpName = "N", CustomParser = Whole(2) };
    private readonly Option<int?> _imageSize = new("--image-size")
    {
        Description = $"Side of views and of the encoder's images in pixels. Default: the preset's; of '{SmallDataSettings.Name}' by the images.",
        HelpName = "PIXELS",
        CustomParser = Whole(1, LargestSide),
    };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of weights, order and views. Default: 1.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<string?> _config = new("--config") { Description = "JSON with any of the keys that --print-config shows, e.g. the config.json of another run.", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "key=value, any number of them: any value of the configuration, e.g. method.temperature=0.2.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Makes them, with the values that a shell may complete.</summary>
    /// <param name="labels">What is asked of the images' labels, a sentence.</param>
    public PretrainingOptions(string labels = "Labels are not needed.")
    {
        _dataset.Description = $"Images: a folder, an archive, a list or a data set's own files. {labels}";
        _method.CompletionSources.Add([.. ContrastiveMethod.Names]);
        _preset.CompletionSources.Add([SmallDataSettings.Name, .. ContrastivePreset.Names]);
        _backbone.CompletionSources.Add([.. Backbone.KnownNames]);
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Symbol> All =>
    [
        _dataset, _unlabeled, _format, _method, _preset, _backbone, _jointCrop, _jointBlur, _jointColor, _epochs, _batchSize, _imageSize, CommonOptions.Device, _seed, _config, _set,
    ];

    /// <summary>Whether images were named.</summary>
    public bool NamesDataset(VerbContext context) => context.Has(_dataset);

    /// <summary>Opens the images that were named.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="resumed">The run that is continued: it knows its images.</param>
    /// <param name="usual">What is opened when nothing was named.</param>
    /// <param name="broken">What happens to images that cannot be decoded.</param>
    /// <param name="unbegun">The run that was to be continued and is not there.</param>
    /// <exception cref="UsageException">No images were named.</exception>
    public Dataset OpenDataset(VerbContext context, RunFolder? resumed, string? usual = null, BrokenImages broken = BrokenImages.WhenRead, RunFolder? unbegun = null)
    {
        JsonObject saved = resumed is not null ? resumed.ReadConfiguration("--resume") : context.Value(_config) is { } file ? RunConfiguration.ReadFile(file, "--config") : [];
        string data = context.Value(_dataset) ?? usual ?? Text(saved, "dataset")
            ?? throw new UsageException(unbegun is null
                ? "--dataset is missing: name a folder or an archive of images."
                : $"{unbegun.NothingToResume}: there is no run to go on with. Name its folder by --output, or begin one by --dataset.");
        if (unbegun is not null)
            context.Error.WriteLine($"{unbegun.NothingToResume}: a new run begins.");
        bool isSaved = !context.Has(_dataset) && usual is null;
        return Dataset.Open(data, new DatasetOptions
        {
            Format = context.Value(_format) ?? (isSaved ? Text(saved, "datasetFormat") : null),
            Unlabeled = context.Value(_unlabeled) ?? (isSaved ? Text(saved, "unlabeled") : null),
            BrokenImages = broken,
            Announce = context.Error.WriteLine,
            Cancellation = context.Cancellation,
        });
    }

    /// <summary>The complete configuration: defaults by the images, then the run that is continued or a file, then what was typed.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="dataset">The images.</param>
    /// <param name="resumed">The run that is continued.</param>
    /// <param name="remembered">Settings that apply unless others are asked for, e.g. those of the training before.</param>
    /// <param name="typedSide">Side of the images where an option of another name was typed.</param>
    /// <exception cref="UsageException">Something does not fit.</exception>
    public RunConfiguration Resolve(VerbContext context, Dataset dataset, RunFolder? resumed, JsonObject? remembered = null, int? typedSide = null)
    {
        typedSide ??= context.Value(_imageSize);
        int images = dataset.Count - dataset.CountOf(Split.Validation) - dataset.CountOf(Split.Test);
        int side = typedSide ?? (resumed is null && context.Value(_preset) is null or SmallDataSettings.Name ? UsualSide(dataset) : 1);
        ContrastivePreset preset = Preset(context, side, images);
        RunConfiguration configuration = RunConfiguration.Of(new RunSettings(), preset);
        if (resumed is not null)
            configuration.Merge(resumed.ReadConfiguration("--resume"), $"'{resumed.Configuration}'");
        if (remembered is not null && !context.Has(_method) && !context.Has(_preset) && !context.Has(_config))
            configuration.Merge(remembered, "the settings of the training before");
        if (context.Value(_config) is { } file)
        {
            var changes = RunConfiguration.ReadFile(file, "--config");
            if (changes.ContainsKey("method") && (context.Has(_method) || context.Has(_preset)))
                throw new UsageException(
                    $"--config: '{file}' chooses the method, and so does {(context.Has(_method) ? "--method" : "--preset")}. Leave one of them out, or take 'method' out of "
                        + "the file.");
            configuration.Merge(changes, $"--config {file}");
        }

        configuration.Set("dataset", dataset.Path);
        if (context.Has(_dataset))
            configuration.Set("datasetFormat", context.Value(_format));
        configuration.Set("unlabeled", dataset.Unlabeled);
        Override("backbone", context.Value(_backbone)?.Name);
        Override("jointCropBeta", context.Value(_jointCrop));
        Override("jointBlurBeta", context.Value(_jointBlur));
        Override("jointColorBeta", context.Value(_jointColor));
        Override("epochs", context.Value(_epochs));
        Override("batchSize", context.Value(_batchSize));
        Override("seed", context.Value(_seed));
        if (context.Has(CommonOptions.Device))
            configuration.Set("device", context.Value(CommonOptions.Device)!.Name);
        if (context.Value(CommonOptions.NoReport))
            configuration.Set("report", false);
        foreach (string assignment in context.Value(_set) ?? [])
            configuration.Set(assignment);
        if (typedSide is { } typed)
        {
            (RunSettings run, ContrastivePreset sized) = configuration.Read();
            configuration = RunConfiguration.Of(run, sized.WithImageSize(typed));
        }

        if (resumed is not null)
        {
            RunConfiguration saved = RunConfiguration.Of(new RunSettings(), preset);
            saved.Merge(resumed.ReadConfiguration("--resume"), $"'{resumed.Configuration}'");
            if (configuration.Differences(saved).ToArray() is { Length: > 0 } differences)
                throw new UsageException(
                    $"--resume: the run in '{resumed.Path}' has other settings, which cannot be changed on the way: {string.Join("; ", differences)}. Leave the options out, "
                        + "or choose another --output.");
        }

        _ = Device(configuration.Read().Run);
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
            : throw new UsageException(
                $"--preset: there is no '{full}'.{NearNames.Suggestion(full, ContrastivePreset.Names)} There are {SmallDataSettings.Name}, "
                    + $"{string.Join(", ", ContrastivePreset.Names)}.");
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
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
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
