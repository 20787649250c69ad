using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive preview</c>: a picture of positive pairs, before anything is trained. No torch is loaded.</summary>
internal sealed class PreviewCommand
{
    private const string DefaultMethod = "simclr";
    private const int LargestSide = 4096, DefaultSide = 96, DefaultRows = 8;

    private readonly Option<string> _dataset = new("--dataset") { Description = "Images: a folder, an archive, a list or a data set's own files.", HelpName = "PATH", Required = true };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<string> _preset = new("--preset")
    {
        Description = $"Whose augmentations: a preset by method and data, e.g. simclr/stl10, or {DefaultMethod}/{SmallDataSettings.Name}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => $"{DefaultMethod}/{SmallDataSettings.Name}",
    };
    private readonly Option<string[]> _views = new("--views")
    {
        Description = $"How the crops of a pair are drawn, separated by commas, a group of the sheet each: {string.Join(", ", ViewArm.Names)}.",
        CustomParser = Each(OneOf([.. ViewArm.Names])),
        DefaultValueFactory = _ => [ViewArm.Baseline, ViewArm.Joint],
    };
    private readonly Option<double[]> _jointCrop = new("--joint-crop")
    {
        Description = $"β of the views '{ViewArm.Joint}', separated by commas: a group each. 0 is the paper's.",
        HelpName = "BETA",
        CustomParser = Each(Finite),
        DefaultValueFactory = _ => [0],
    };
    private readonly Option<double?> _jointBlur = CommonOptions.JointBlur;
    private readonly Option<double?> _jointColor = CommonOptions.JointColor;
    private readonly Option<int?> _imageSize = new("--image-size")
    {
        Description = $"Side of the views in pixels. Default: the preset's; of '{SmallDataSettings.Name}' {DefaultSide}.",
        HelpName = "PIXELS",
        CustomParser = Whole(1, LargestSide),
    };
    private readonly Option<int?> _rows = new("--rows") { Description = $"Images of each group, spread evenly over the data. Default: {DefaultRows}.", HelpName = "N", CustomParser = Whole(1, 1000) };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the views. Default: 1.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<string> _output = new("--output") { Description = "The PNG file.", HelpName = "FILE", Required = true };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file where it exists." };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new PreviewCommand();
        return new Verb(
            "preview",
            "Draws positive pairs as a training would see them: each image with its crops outlined, the views beside it, and the ratio of their areas.",
            [
                "--dataset photos --output pairs.png", "--dataset photos.zip --views joint --joint-crop -1,0,1 --output joint.png",
                "--dataset stl10 --preset byol/stl10 --joint-blur 0 --output byol.png"],
            [
                command._dataset, command._format, command._preset, command._views, command._jointCrop, command._jointBlur, command._jointColor, command._imageSize,
                command._rows, command._seed, command._output, command._overwrite, CommonOptions.Json,
            ],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        string output = OutputFile.Require(context.Value(_output)!, [".png"], context.Value(_overwrite));
        ViewArm[] arms = [.. context.Value(_views)!.SelectMany(name => ViewArm.Parse(name, context.Value(_jointCrop)!))];
        if (context.Has(_jointCrop) && !arms.Any(arm => ViewArm.IsJoint(arm.Name)))
            throw new UsageException($"--joint-crop is β of the views '{ViewArm.Joint}', which --views does not name.");
        ContrastivePreset preset = Preset(context);

        using Dataset dataset = Dataset.Open(context.Value(_dataset)!, new DatasetOptions { Format = context.Value(_format), Announce = context.Error.WriteLine, Cancellation = context.Cancellation });
        foreach (string note in dataset.Notes)
            context.Error.WriteLine(note);
        int rows = context.Value(_rows) ?? DefaultRows;
        IDataView images = dataset.RowsAt(Shown(context, dataset, rows));
        MLContext mlContext = context.CreateMLContext(context.Value(_seed) ?? 1);
        ContactSheetGroup[] groups = [.. arms.Select(arm => new ContactSheetGroup(
            arm.Name,
            arm.AppendTo(new EstimatorChain<ITransformer>(), mlContext, preset, DatasetView.ImageColumnName).Fit(images).Transform(images)))];
        mlContext.Contrastive().SaveContactSheet(output, groups, new ContactSheetOptions { Rows = rows, Title = preset.Name });
        if (context.Json)
            context.WriteJson(new { File = output, Groups = arms.Select(arm => arm.Name), Preset = preset.Name, dataset.Format, Images = dataset.Count });
        else
            context.Output.WriteLine($"wrote {output}: {string.Join(", ", arms.Select(arm => arm.Name))}, by {preset.Name}");
        return ExitCode.Success;
    }

    /// <summary>Places of images that are spread evenly over the data; in place of one that cannot be decoded the next that can.</summary>
    /// <exception cref="InvalidDataException">None can be decoded.</exception>
    private static int[] Shown(VerbContext context, Dataset dataset, int rows)
    {
        var shown = new List<int>();
        string problem = "";
        for (int row = 0; row < rows; row++)
        {
            int end = (int)((row + 1L) * dataset.Count / rows);
            for (int place = (int)((long)row * dataset.Count / rows); place < end; place++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                try
                {
                    dataset.Images[place].Source.Check(dataset.Images[place].Index);
                    shown.Add(place);
                    break;
                }
                catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
                {
                    problem = error.Message;
                    context.Error.WriteLine($"Left out: {problem}");
                }
            }
        }

        return shown.Count > 0 ? [.. shown] : throw new InvalidDataException($"None of the {dataset.Count} images of '{dataset.Path}' can be decoded. {problem}");
    }

    private ContrastivePreset Preset(VerbContext context)
    {
        string name = context.Value(_preset)!;
        ContrastivePreset preset = name.Split('/') switch
        {
            [var method, SmallDataSettings.Name] when ShortRunSettings.MethodNames.Contains(method) => SmallDataSettings.Of(method, DefaultSide, images: 1000, epochs: null),
            [var method, var setting] when ContrastivePreset.Names.Contains(name, StringComparer.OrdinalIgnoreCase) => ContrastivePreset.ByName(method, setting),
            _ => throw new UsageException(
                $"--preset: there is no '{name}'.{NearNames.Suggestion(name, ContrastivePreset.Names)} There are METHOD/{SmallDataSettings.Name}, "
                    + $"{string.Join(", ", ContrastivePreset.Names)}."),
        };
        if (context.Value(_imageSize) is { } side)
            preset = preset.WithImageSize(side);
        preset = preset with { JointBlurBeta = context.Value(_jointBlur) ?? preset.JointBlurBeta, JointColorBeta = context.Value(_jointColor) ?? preset.JointColorBeta };
        preset.Validate();
        return preset;
    }
}
