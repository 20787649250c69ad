using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Sweep;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive sweep</c>: what is typed becomes a plan; <see cref="SweepRuns"/> does the rest.</summary>
internal static class SweepCommand
{
    private const int MostSeeds = 10_000, LargestSide = 1024;

    /// <summary>The verb with its options.</summary>
    public static System.CommandLine.Command Create()
    {
        var data = new Option<(string, string)[]>("--data") { Description = "DIR or NAME=DIR, several of them: folders with train and test (or val), a folder of images for each class in both.", AllowMultipleArgumentsPerToken = true, CustomParser = Each(DataSet) };
        var methods = new Option<string[]>("--methods") { Description = $"Methods, separated by commas: {string.Join(", ", ShortRunSettings.MethodNames)}, and {RunKey.Random} for an encoder with its initial weights.", CustomParser = Each(OneOf([.. ShortRunSettings.MethodNames, RunKey.Random])), DefaultValueFactory = _ => ["simclr"] };
        var views = new Option<string[]>("--views") { Description = $"How the crops of a pair are drawn, separated by commas: {string.Join(", ", ViewArm.Names)}.", CustomParser = Each(OneOf(ViewArm.Names)), DefaultValueFactory = _ => [.. ViewArm.Names] };
        var beta = new Option<double[]>("--beta") { Description = "β of JointCrop, separated by commas: an arm for each. 0 is the paper's.", CustomParser = Each(Beta), DefaultValueFactory = _ => [0] };
        var seeds = new Option<int[]>("--seeds") { Description = "Seeds of weights, order and views: 1..5, or separated by commas.", CustomParser = Seeds, DefaultValueFactory = _ => [1, 2, 3, 4, 5] };
        var settings = new Option<string>("--settings") { Description = $"'{ShortRunSettings.Name}' for runs of minutes, or the setting of a preset for published ones: stl10, tiny-imagenet, cifar10, imagenet-100ep, …", DefaultValueFactory = _ => ShortRunSettings.Name };
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the images in each run. Default: what the settings say.", CustomParser = Whole(1) };
        var images = new Option<int?>("--images") { Description = "Training images of each data set, the same number of each class. Default: all.", CustomParser = Whole(1) };
        var queries = new Option<int?>("--queries") { Description = "Test images of each data set, the same number of each class. Default: all.", CustomParser = Whole(1) };
        var imageSize = new Option<int?>("--image-size") { Description = "Side of the views and of the encoder's images, in pixels. Default: what the settings say (short: 32).", CustomParser = Whole(1, LargestSide) };
        var batchSize = new Option<int?>("--batch-size") { Description = "Images a step. Default: what the settings say (short: 128); their learning rates are meant for it.", CustomParser = Whole(2) };
        var backbone = new Option<Backbone?>("--backbone") { Description = "The network by name, e.g. resnet18-cifar. Default: what the settings say (short: resnet10-compact-w0.25).", CustomParser = result => Parsed(result, Backbone.Parse) };
        var gpu = new Option<int?>("--gpu") { Description = "CUDA device to train on. Default: the processor.", CustomParser = Whole(0) };
        var output = new Option<FileInfo>("--output") { Description = "The CSV file: a row a run, added as soon as it is done; runs that are in it are not repeated. FILE.runs.jsonl has what else is known of each.", Required = true };
        var summaryOnly = new Option<bool>("--summary-only") { Description = "Print the tables of the file and run nothing." };
        var markdown = new Option<bool>("--markdown") { Description = "Print tables as Markdown." };

        var command = new System.CommandLine.Command("sweep", "Pretrains with every method, kind of views and seed on every data set, and compares the arms by paired differences.");
        foreach (Option option in (Option[])[data, methods, views, beta, seeds, settings, epochs, images, queries, imageSize, batchSize, backbone, gpu, output, summaryOnly, markdown])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(data) is null && !result.GetValue(summaryOnly))
                result.AddError("Option '--data' is required, except with --summary-only.");
        });

        // On a thread of its own: Ctrl-C is heard only once this has returned.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;

        int Run(ParseResult arguments, CancellationToken cancellation)
        {
            string path = arguments.GetValue(output)!.FullName;
            try
            {
                if (arguments.GetValue(summaryOnly))
                {
                    using SweepFile written = SweepFile.Read(path);
                    Summarise(written);
                    return 0;
                }

                var plan = new SweepPlan
                {
                    Data = arguments.GetValue(data)!,
                    Methods = arguments.GetValue(methods)!,
                    Arms = [.. arguments.GetValue(views)!.SelectMany(name => ViewArm.Parse(name, arguments.GetValue(beta)!))],
                    Seeds = arguments.GetValue(seeds)!,
                    Settings = arguments.GetValue(settings)!,
                    Epochs = arguments.GetValue(epochs),
                    Images = arguments.GetValue(images),
                    Queries = arguments.GetValue(queries),
                    ImageSize = arguments.GetValue(imageSize),
                    BatchSize = arguments.GetValue(batchSize),
                    Backbone = arguments.GetValue(backbone),
                    Gpu = arguments.GetValue(gpu),
                };
                if (plan.Data.CountBy(set => set.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
                    throw new ArgumentException($"--data: two folders are named '{twice}'. Write NAME=DIR for one of them.");
                if (arguments.GetResult(beta) is { Implicit: false } && !plan.Arms.Any(arm => ViewArm.IsJoint(arm.Name)))
                    throw new ArgumentException($"--beta is that of the views '{ViewArm.Joint}', which --views does not name.");
                using SweepFile file = SweepFile.Open(path);
                SweepRuns.Execute(plan, file, arguments.InvocationConfiguration.Output, cancellation);
                Summarise(file);
                return 0;
            }
            catch (OperationCanceledException)
            {
                arguments.InvocationConfiguration.Error.WriteLine($"Stopped. The runs that were done are in '{path}'; the same command goes on from there.");
                return 130;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException or DllNotFoundException)
            {
                arguments.InvocationConfiguration.Error.WriteLine(error.Message.ReplaceLineEndings(" "));
                return 1;
            }

            void Summarise(SweepFile file) => new SweepSummary(file.Rows, arguments.GetValue(markdown)).Write(arguments.InvocationConfiguration.Output);
        }
    }

    /// <summary>Values separated by commas or given one after the other, each at most once.</summary>
    private static Func<ArgumentResult, T[]?> Each<T>(Func<string, T> parse) => result => Parsed(result, _ =>
    {
        string[] texts = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
        T[] values = [.. texts.Select(parse)];
        int twice = Array.FindIndex(values, value => values.Count(other => Equals(other, value)) > 1);
        return twice < 0 ? values : throw new ArgumentException($"'{texts[twice]}' is named twice.");
    });

    private static T? Parsed<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Count == 0 ? "" : result.Tokens[0].Value);
        }
        catch (ArgumentException error)
        {
            result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: {error.Message.ReplaceLineEndings(" ")}");
            return default;
        }
    }

    private static Func<string, string> OneOf(IEnumerable<string> names) => text => names.Contains(text)
        ? text
        : throw new ArgumentException($"There is no '{text}'. There are: {string.Join(", ", names)}.");

    private static double Beta(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double beta) && double.IsFinite(beta)
        ? beta
        : throw new ArgumentException($"'{text}' is not a finite number.");

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

    private static Func<ArgumentResult, int?> Whole(int least, int most = int.MaxValue) => result => Parsed<int?>(result, text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
        ? value
        : throw new ArgumentException($"'{text}' is not a whole number from {least}{(most == int.MaxValue ? " on" : $" to {most}")}."));
}
