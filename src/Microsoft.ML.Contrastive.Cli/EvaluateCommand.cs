using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Evaluate;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Imaging;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive evaluate</c>: what the features of an encoder are worth, each number with the protocol that gave it.</summary>
internal sealed class EvaluateCommand
{
    private const int DefaultDraws = 5, MostDraws = 1000, DefaultSeed = 1;
    private const double DefaultTemperature = 0.1, LowestTemperature = 0.002;

    private readonly EncoderOptions _encoder = new();
    private readonly Option<string?> _dataset = new("--dataset")
    {
        Description = "Labelled images: a folder of class folders, an archive of one, or a data set's own files. Default: those of the run.",
        HelpName = "PATH",
    };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<double?> _heldOut = new("--held-out")
    {
        Description = $"Test on this part of each class. Default: the data set's test or val, where it has none {LabelledSplit.DefaultHeldOut}.",
        HelpName = "FRACTION",
        CustomParser = Parsed<double?>(text => Fraction(text)),
    };
    private readonly Option<bool> _knn = new("--knn") { Description = "Nearest neighbours." };
    private readonly Option<int?> _neighbours = new("--neighbours")
    {
        Description = $"How many vote. Default: {NearestNeighbourClassifier.DefaultNeighbours}.",
        HelpName = "K",
        CustomParser = Whole(1),
    };
    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = $"Temperature of their votes. Default: {DefaultTemperature}.",
        HelpName = "T",
        CustomParser = Parsed<double?>(text => From(text, LowestTemperature)),
    };
    private readonly Option<LinearEvaluationProtocol[]> _linear = new("--linear")
    {
        Description = $"Linear evaluation by these protocols, separated by commas: {string.Join(", ", Protocols)}. The encoder sees all training images once an epoch.",
        HelpName = "NAMES",
        CustomParser = Each(Protocol),
    };
    private readonly Option<bool> _centralCrops = new("--central-crops")
    {
        Description = "Train linear classifiers on central crops instead of new random ones in every epoch: many times faster, and to be compared with nothing published.",
    };
    private readonly Option<int[]> _labels = new("--labels-per-class")
    {
        Description = "Logistic regression on so few images of each class, separated by commas.",
        HelpName = "K",
        CustomParser = Each(Count),
    };
    private readonly Option<int?> _draws = new("--draws") { Description = $"How often these images are drawn. Default: {DefaultDraws}.", HelpName = "N", CustomParser = Whole(1, MostDraws) };
    private readonly Option<bool> _fineTune = new("--fine-tune") { Description = "Train the encoder, too; it stays as it is where it is saved." };
    private readonly Option<int?> _epochs = new("--epochs") { Description = $"Epochs of fine-tuning. Default: {FineTuning.DefaultEpochs}.", HelpName = "N", CustomParser = Whole(1) };
    private readonly Option<double?> _encoderRate = new("--encoder-rate")
    {
        Description = $"In fine-tuning, learning rate of the encoder as a part of the classifier's. Default: {FineTuning.DefaultEncoderRate}.",
        HelpName = "FACTOR",
        CustomParser = Parsed<double?>(text => From(text, 0)),
    };
    private readonly Option<bool> _baselines = new("--baselines") { Description = "Measure the pixels and the same network with random weights as well." };
    private readonly Option<int?> _seed = new("--seed") { Description = $"Seed of what is held out and drawn, of crops and weights. Default: {DefaultSeed}.", HelpName = "N", CustomParser = Whole(0) };
    private readonly Option<string?> _output = new("--output") { Description = "Folder for results.csv and the confusion matrix of each measurement.", HelpName = "DIR" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write into a folder that holds something; files of the same names are replaced." };

    private static string[] Protocols => [.. LinearEvaluationProtocol.All.Select(protocol => protocol.Name)];

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new EvaluateCommand();
        command._linear.CompletionSources.Add(Protocols);
        return new Verb(
            "evaluate",
            "Measures what an encoder's features are worth on labelled images, each number with the protocol that gave it. Without a choice: nearest neighbours, and a "
                + "linear classifier on central crops.",
            [
                "--encoder runs/photos --baselines", "--encoder runs/photos --dataset other-photos.zip --linear small,moco-v3 --knn --neighbours 20",
                "--encoder encoder.onnx --dataset photos --labels-per-class 1,5,10 --draws 10 --json",
                "--encoder resnet50.pth --backbone resnet50 --dataset photos --fine-tune --epochs 20 --output evaluation",
            ],
            [
                .. command._encoder.All, command._dataset, command._format, command._heldOut, command._knn, command._neighbours, command._temperature, command._linear,
                command._centralCrops, command._labels,
                command._draws, command._fineTune, command._epochs, command._encoderRate, command._baselines, command._seed, command._output, command._overwrite,
                CommonOptions.Device, CommonOptions.Json, CommonOptions.Libtorch,
            ],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        EvaluationPlan plan = Plan(context);
        string? output = context.Value(_output) is { } typed ? OutputFolder.Require(typed, context.Value(_overwrite)) : null;
        int seed = context.Value(_seed) ?? DefaultSeed;
        (string path, string? format) = Data(context);
        // An evaluation leaves no image out by itself.
        using Dataset dataset = Dataset.Open(
            path, new DatasetOptions { Format = format, BrokenImages = BrokenImages.LeaveOut, Announce = context.Error.WriteLine, Cancellation = context.Cancellation });
        foreach (string note in dataset.Notes)
            context.Error.WriteLine(note);
        LabelledSplit split = LabelledSplit.Of(dataset, context.Value(_heldOut), seed);
        if (plan.LabelsPerClass.Count > 0 && plan.LabelsPerClass.Max() > split.SmallestClass)
            throw new UsageException($"--labels-per-class is {plan.LabelsPerClass.Max()}, but the smallest class of '{dataset.Path}' has {split.SmallestClass} images to draw from.");

        MLContext mlContext = context.CreateMLContext(seed);
        context.Value(CommonOptions.Device)!.ApplyTo(mlContext);
        // An exported file has the features alone.
        bool wantsNetwork = context.Value(_baselines) || plan.Linear.Any(protocol => protocol.Tokens != VisionTransformerTokens.LastClassToken);
        bool needsNetwork = plan.FineTuning is not null || (wantsNetwork && !SavedEncoder.IsOnnx(_encoder.PathOf(context)));
        using SavedEncoder encoder = needsNetwork ? SavedEncoder.OpenNetwork(context, _encoder) : SavedEncoder.Open(context, _encoder, dataset.Rows);
        List<Features> all = [new Features("encoder", encoder.Transformer, encoder.ImageSize)];
        using ContrastiveEncoderTransformer? random = context.Value(_baselines) ? Untrained(context, mlContext, encoder, seed) : null;
        if (context.Value(_baselines))
            all.Add(new Features("pixels", BaselineEncoders.Pixels(mlContext, encoder.ImageSize, dataset.Rows), encoder.ImageSize, IsBaseline: true));
        if (random is not null)
            all.Add(new Features("random encoder", random, random.ImageSize, IsBaseline: true));

        if (!context.Json)
            context.Output.WriteLine(
                $"{encoder.Name} from {encoder.Origin}, on '{dataset.Path}' ({dataset.Format}): {split.Train.GetRowCount()} training and {split.Test.GetRowCount()} test "
                    + $"images ({split.Description})");
        long start = Stopwatch.GetTimestamp();
        List<Measurement> measurements = Measure(context, mlContext, split, plan, seed, all);
        IReadOnlyList<string> files = [];
        if (output is not null)
            OutputFolder.Fill(output, folder => files = EvaluationFolder.Write(folder, measurements));
        if (context.Json)
        {
            context.WriteJson(new
            {
                From = encoder.Origin,
                Dataset = dataset.Path,
                dataset.Format,
                TrainingImages = split.Train.GetRowCount(),
                TestImages = split.Test.GetRowCount(),
                TestedOn = split.Description,
                Seed = seed,
                Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
                Results = measurements,
                Files = files.Select(file => Path.Combine(output!, file)),
            });
        }
        else if (output is not null)
        {
            context.Output.WriteLine($"wrote {string.Join(", ", files)} in {output}");
        }

        return ExitCode.Success;
    }

    /// <summary>Measures, and tells each number as soon as it is there; on a terminal with a bar for what is under way.</summary>
    private static List<Measurement> Measure(VerbContext context, MLContext mlContext, LabelledSplit split, EvaluationPlan plan, int seed, List<Features> all) => ProgressBars.While(context, bars =>
    {
        var run = new EvaluationRun(mlContext, split, plan, seed, context.Cancellation) { Begin = bars is null ? null : (name, steps) => bars.Begin(name, steps) };
        Action<string> tell = context.Json ? _ => { } : bars is null ? context.Output.WriteLine : bars.WriteLine;
        var measurements = new List<Measurement>();
        foreach (Measurement measurement in all.SelectMany(run.Measure))
        {
            measurements.Add(measurement);
            tell($"{measurement}");
        }

        return measurements;
    });

    /// <summary>The network of an encoder before any training; null, and a note, where it is not known which that is.</summary>
    private ContrastiveEncoderTransformer? Untrained(VerbContext context, MLContext mlContext, SavedEncoder encoder, int seed)
    {
        if (encoder.Transformer is ContrastiveEncoderTransformer { Network: { } network })
            return BaselineEncoders.Untrained(mlContext, network.Backbone.Description!, network.Normalization, encoder.ImageSize, seed);
        if (context.Value(_encoder.Backbone) is { } backbone)
            return BaselineEncoders.Untrained(mlContext, backbone, PixelNormalization.ImageNet, encoder.ImageSize, seed);
        context.Error.WriteLine("An ONNX file does not say which network it was, so there is no random encoder to compare with: name it by --backbone, or name the folder of the run.");
        return null;
    }

    private EvaluationPlan Plan(VerbContext context)
    {
        (Option Refines, Option Measure)[] refinements = [(_neighbours, _knn), (_temperature, _knn), (_draws, _labels), (_epochs, _fineTune), (_encoderRate, _fineTune)];
        bool chosen = new Option[] { _knn, _linear, _labels, _fineTune }.Any(context.Has);
        if (refinements.FirstOrDefault(pair => context.Has(pair.Refines) && !context.Has(pair.Measure) && (chosen || pair.Measure != _knn)) is { Refines: { } option, Measure: { } measure })
            throw new UsageException($"{option.Name} belongs to {measure.Name}, which was not asked for.");
        if (context.Has(_centralCrops) && chosen && !context.Has(_linear))
            throw new UsageException($"{_centralCrops.Name} belongs to {_linear.Name}, which was not asked for.");
        return new EvaluationPlan
        {
            Neighbours = context.Has(_knn) || !chosen ? context.Value(_neighbours) ?? NearestNeighbourClassifier.DefaultNeighbours : null,
            Temperature = context.Value(_temperature) ?? DefaultTemperature,
            Linear = context.Has(_linear) ? context.Value(_linear)! : chosen ? [] : [LinearEvaluationProtocol.Small],
            LinearImages = context.Value(_centralCrops) || !chosen ? LinearEvaluationImages.CentralCropsOnly : LinearEvaluationImages.AugmentedEveryEpoch,
            LabelsPerClass = context.Value(_labels) ?? [],
            Draws = context.Value(_draws) ?? DefaultDraws,
            FineTuning = context.Value(_fineTune) ? new FineTuning(context.Value(_epochs) ?? FineTuning.DefaultEpochs, context.Value(_encoderRate) ?? FineTuning.DefaultEncoderRate) : null,
        };
    }

    /// <summary>What was named, else the images of the run.</summary>
    private (string Path, string? Format) Data(VerbContext context)
    {
        if (context.Value(_dataset) is { } named)
            return (named, context.Value(_format));
        var run = new RunFolder(_encoder.PathOf(context));
        JsonObject saved = run.HoldsRun ? run.ReadConfiguration("--encoder") : [];
        return (
            Text("dataset") ?? throw new UsageException("--dataset is missing: name labelled images, or as --encoder the folder of a run that was trained on some."),
            context.Value(_format) ?? Text("datasetFormat"));

        string? Text(string key) => saved[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    private static LinearEvaluationProtocol Protocol(string text) => text == LinearEvaluationProtocol.OnlineName
        ? throw new UsageException(
            $"'{text}' evaluates no trained encoder: that classifier learns along with pretraining. Pretrain with --set onlineProbe.learningRate=0.1; the accuracy of each "
                + "epoch is in metrics.jsonl.")
        : LinearEvaluationProtocol.ByName(OneOf([.. Protocols, .. LinearEvaluationProtocol.OtherNames.Keys])(text));

    private static int Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
        ? count
        : throw new ArgumentException($"'{text}' is not a number of images: 1, 2, …");

    private static double From(string text, double least) => Finite(text) is var number && number >= least
        ? number
        : throw new ArgumentException(FormattableString.Invariant($"'{text}' must be {least} or above."));

    private static double Fraction(string text) => Finite(text) is var number and > 0 and < 1 ? number : throw new ArgumentException($"'{text}' must be above 0 and below 1.");
}
