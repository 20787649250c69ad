using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Difficulty;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Evaluation;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive difficulty</c>: how alike an encoder finds positive pairs, by kind of views, area ratio and β; tables and plots in a folder.</summary>
internal sealed class DifficultyCommand
{
    private readonly EncoderOptions _encoder = new();
    private readonly Option<string> _dataset = new("--dataset") { Description = "Images: a folder, an archive, a list or a data set's own files.", HelpName = "PATH", Required = true };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<string[]> _views = new("--views")
    {
        Description = $"The kinds of views to measure, separated by commas: {string.Join(", ", ViewArm.Names)}.",
        CustomParser = Each(OneOf([.. ViewArm.Names])),
        DefaultValueFactory = _ => [.. ViewArm.Names],
    };
    private readonly Option<double[]> _jointCrop = new("--joint-crop")
    {
        Description = $"β of the views '{ViewArm.Joint}', separated by commas. 0 is the paper's.",
        HelpName = "BETA",
        CustomParser = Each(Finite),
        DefaultValueFactory = _ => [0],
    };
    private readonly Option<bool> _projector = new("--projector")
    {
        Description = "Measure the projections, behind the projection head of pretraining, instead of the features. --encoder must be the folder of a run.",
    };
    private readonly Option<int?> _images = new("--images")
    {
        Description = $"How many images, spread evenly over the data. Default: {StatisticalDifficultyOptions.DefaultImages}.",
        HelpName = "N",
        CustomParser = Whole(2),
    };
    private readonly Option<string> _output = new("--output") { Description = "The folder to write into.", HelpName = "DIR", Required = true };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write into a folder that holds something; files of the same names are replaced." };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new DifficultyCommand();
        return new Verb(
            "difficulty",
            "Measures how alike an encoder finds positive pairs (their mean cosine: higher is easier), by kind of views, by area ratio and by β.",
            ["--encoder runs/photos --dataset photos --output difficulty", "--encoder encoder.onnx --dataset photos.zip --views rrc,joint --joint-crop -1,0,1 --images 500 --output difficulty"],
            [
                .. command._encoder.All, command._dataset, command._format, command._views, command._jointCrop, command._projector, command._images, command._output,
                command._overwrite, CommonOptions.Device, CommonOptions.Json, CommonOptions.Libtorch],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        string output = OutputFolder.Require(context.Value(_output)!, context.Value(_overwrite));
        ViewArm[] arms = [.. context.Value(_views)!.SelectMany(name => ViewArm.Parse(name, context.Value(_jointCrop)!))];
        if (context.Has(_jointCrop) && !arms.Any(arm => ViewArm.IsJoint(arm.Name)))
            throw new UsageException($"--joint-crop is β of the views '{ViewArm.Joint}', which --views does not name.");

        // A broken image would end the measurement in its middle.
        using Dataset dataset = Dataset.Open(
            context.Value(_dataset)!,
            new DatasetOptions { Format = context.Value(_format), BrokenImages = BrokenImages.LeaveOut, Announce = context.Error.WriteLine, Cancellation = context.Cancellation });
        foreach (string note in dataset.Notes)
            context.Error.WriteLine(note);
        bool projector = context.Value(_projector);
        using SavedEncoder encoder = projector ? SavedEncoder.OpenWithProjector(context, _encoder) : SavedEncoder.Open(context, _encoder, dataset.Rows);
        var report = new DifficultyReport(context.CreateMLContext(seed: 1), dataset.Rows, encoder, arms, new StatisticalDifficultyOptions
        {
            Images = context.Value(_images) ?? StatisticalDifficultyOptions.DefaultImages,
            Projector = projector,
            EncoderInputColumnName = DatasetView.ImageColumnName,
            EncoderOutputColumnName = SavedEncoder.FeaturesColumnName,
            CancellationToken = context.Cancellation,
        });
        if (projector && !context.Json)
            context.Output.WriteLine($"Of the projections, behind the projection head of {encoder.Origin}:");
        report.Measure(context.Json ? _ => { } : context.Output.WriteLine);
        OutputFolder.Fill(output, report.Write);
        if (context.Json)
            context.WriteJson(
                new
                {
                    Folder = output,
                    From = encoder.Origin,
                    Projector = projector,
                    Arms = report.Arms.Select(arm => new { Views = arm.Name, arm.Difficulty.MeanCosine, arm.Difficulty.StandardError, arm.Difficulty.ImageCount }),
                });
        else
            context.Output.WriteLine($"Tables and plots are in {output}.");
        return ExitCode.Success;
    }
}
