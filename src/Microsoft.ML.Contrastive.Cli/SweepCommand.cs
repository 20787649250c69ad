using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Cli.Verbs;
using static Microsoft.ML.Contrastive.Cli.Verbs.OptionParsing;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive sweep</c>: what is typed becomes a plan; <see cref="SweepRuns"/> does the rest.</summary>
internal static class SweepCommand
{
    private const int MostSeeds = 10_000, LargestSide = 1024;

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var data = new Option<(string, string)[]>("--dataset")
        {
            Description = "DIR or NAME=DIR, several of them: folders with train and test (or val), a folder of images for each class in both.",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = Each(DataSet),
        };
        var methods = new Option<string[]>("--methods")
        {
            Description = $"Methods, separated by commas: {string.Join(", ", ShortRunSettings.MethodNames)}, and {RunKey.Random} for an encoder with its initial weights.",
            CustomParser = Each(OneOf([.. ShortRunSettings.MethodNames, RunKey.Random])),
            DefaultValueFactory = _ => ["simclr"],
        };
        var views = new Option<string[]>("--views")
        {
            Description = $"How the crops of a pair are drawn, separated by commas: {string.Join(", ", ViewArm.Names)}.",
            CustomParser = Each(OneOf(ViewArm.Names)),
            DefaultValueFactory = _ => [.. ViewArm.Names],
        };
        var beta = new Option<double[]>("--beta")
        {
            Description = "β of JointCrop, separated by commas: an arm for each. 0 is the paper's.",
            CustomParser = Each(Finite),
            DefaultValueFactory = _ => [0],
        };
        var seeds = new Option<int[]>("--seeds") { Description = "Seeds of weights, order and views: 1..5, or separated by commas.", CustomParser = Seeds, DefaultValueFactory = _ => [1, 2, 3, 4, 5] };
        var settings = new Option<string>("--settings")
        {
            Description = $"'{ShortRunSettings.Name}' for runs of minutes, or the setting of a preset for published ones: stl10, tiny-imagenet, cifar10, imagenet-100ep, …",
            DefaultValueFactory = _ => ShortRunSettings.Name,
        };
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the images in each run. Default: what the settings say.", CustomParser = Whole(1) };
        var images = new Option<int?>("--images") { Description = "Training images of each data set, the same number of each class. Default: all.", CustomParser = Whole(1) };
        var queries = new Option<int?>("--queries") { Description = "Test images of each data set, the same number of each class. Default: all.", CustomParser = Whole(1) };
        var imageSize = new Option<int?>("--image-size")
        {
            Description = "Side of the views and of the encoder's images, in pixels. Default: what the settings say (short: 32).",
            CustomParser = Whole(1, LargestSide),
        };
        var batchSize = new Option<int?>("--batch-size")
        {
            Description = "Images a step. Default: what the settings say (short: 128); their learning rates are meant for it.",
            CustomParser = Whole(2),
        };
        var backbone = new Option<Backbone?>("--backbone")
        {
            Description = "The network by name, e.g. resnet18-cifar. Default: what the settings say (short: resnet10-compact-w0.25).",
            CustomParser = result => Parsed(result, Backbone.Parse),
        };
        var output = new Option<FileInfo>("--output")
        {
            Description = "The CSV file: a row a run, added as soon as it is done; runs that are in it are not repeated. FILE.runs.jsonl has what else is known of each.",
            Required = true,
        };
        var summaryOnly = new Option<bool>("--summary-only") { Description = "Print the tables of the file and run nothing." };
        var markdown = new Option<bool>("--markdown") { Description = "Print tables as Markdown." };

        var verb = new Verb(
            "sweep",
            "Pretrains with every method, kind of views and seed on every data set, and compares the arms by paired differences. The examples table2 and table5 are those of "
                + "the JointCrop paper (AAAI-25), small on a processor and at full scale on a GPU.",
            [
                "--dataset stl10=data/stl10 --methods simclr,mocov2 --views rrc,joint --seeds 1..5 --output sweep.csv",
                "--output sweep.csv --summary-only --markdown",
                "--dataset cifar10 --methods random,simclr,byol,mocov2,simsiam --views rrc,joint --seeds 1..5 --images 5000 --queries 2000 --output table2-small.csv",
                "--settings tiny-imagenet --dataset tiny-imagenet --methods simclr,byol,mocov2,simsiam --views rrc,joint --seeds 1..3 --device cuda:0 --output table2.csv",
                "--dataset cifar10 --methods mocov2 --views rrc,joint --beta -2,-1,0,1,2 --seeds 1..5 --images 5000 --queries 2000 --output table5-small.csv",
                "--settings tiny-imagenet --dataset tiny-imagenet --methods mocov2 --views rrc,joint --beta -2,-1,0,1,2 --seeds 1..3 --device cuda:0 --output table5.csv",
            ],
            [
                data, methods, views, beta, seeds, settings, epochs, images, queries, imageSize, batchSize, backbone, CommonOptions.Device, output, summaryOnly, markdown,
                CommonOptions.Json, CommonOptions.Libtorch],
            Run);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(data) is null && !result.GetValue(summaryOnly))
                result.AddError("Option '--dataset' is required, except with --summary-only.");
        });
        return verb;

        int Run(VerbContext context)
        {
            string path = context.Value(output)!.FullName;
            if (context.Value(summaryOnly))
            {
                using SweepFile written = SweepFile.Read(path);
                Summarise(written);
                return ExitCode.Success;
            }

            var plan = new SweepPlan
            {
                Data = context.Value(data)!,
                Methods = context.Value(methods)!,
                Arms = [.. context.Value(views)!.SelectMany(name => ViewArm.Parse(name, context.Value(beta)!))],
                Seeds = context.Value(seeds)!,
                Settings = context.Value(settings)!,
                Epochs = context.Value(epochs),
                Images = context.Value(images),
                Queries = context.Value(queries),
                ImageSize = context.Value(imageSize),
                BatchSize = context.Value(batchSize),
                Backbone = context.Value(backbone),
                Device = context.Value(CommonOptions.Device)!,
            };
            if (plan.Data.CountBy(set => set.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
                throw new UsageException($"--dataset: two folders are named '{twice}'. Write NAME=DIR for one of them.");
            if (context.Has(beta) && !plan.Arms.Any(arm => ViewArm.IsJoint(arm.Name)))
                throw new UsageException($"--beta is that of the views '{ViewArm.Joint}', which --views does not name.");
            using SweepFile file = SweepFile.Open(path);
            try
            {
                SweepRuns.Execute(plan, file, context.Progress, context.Cancellation);
            }
            catch (OperationCanceledException)
            {
                context.Error.WriteLine($"Stopped. The runs that were done are in '{path}'; the same command goes on from there.");
                return ExitCode.Cancelled;
            }

            Summarise(file);
            return ExitCode.Success;

            void Summarise(SweepFile file)
            {
                var summary = new SweepSummary(file.Rows, context.Value(markdown));
                if (context.Json)
                    context.WriteJson(summary.ToJson());
                else
                    summary.Write(context.Output);
            }
        }
    }

    private static (string Name, string Folder) DataSet(string text)
    {
        int equals = Directory.Exists(text) ? -1 : text.IndexOf('=', StringComparison.Ordinal);
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(text[(equals + 1)..] is { Length: > 0 } path ? path : throw new ArgumentException($"'{text}' names no folder.")));
        string name = equals < 0 ? Path.GetFileName(folder) : text[..equals];
        if (!Directory.Exists(folder))
            throw new ArgumentException($"There is no folder '{folder}'.");
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? (name, folder)
            : throw new ArgumentException($"'{name}' cannot be the name of a data set: letters, digits, '-', '_' and '.' can. Write NAME=DIR.");
    }

    private static int[]? Seeds(ArgumentResult result) => Parsed(result, text =>
    {
        int[] ends = [.. text.Split("..").SelectMany(part => part.Split(',')).Select(Seed)];
        if (!text.Contains("..", StringComparison.Ordinal))
            return ends.Distinct().Count() == ends.Length ? ends : throw new ArgumentException($"'{text}' names a seed twice.");
        return ends is [var first, var last] && first <= last && (long)last - first < MostSeeds
            ? [.. Enumerable.Range(first, last - first + 1)]
            : throw new ArgumentException($"'{text}' is no range of at most {MostSeeds} seeds, such as 1..5.");

        static int Seed(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : throw new ArgumentException($"'{text}' is not a seed: 0, 1, 2, …");
    });
}
