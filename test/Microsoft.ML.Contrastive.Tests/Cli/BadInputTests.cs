using System.CommandLine;
using System.IO.Compression;
using Microsoft.ML.Contrastive.Cli;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>What every verb does with what it cannot take: a line that says what to do, an exit code, and no file that looks whole.</summary>
public sealed class BadInputTests(TinyRun run) : IClassFixture<TinyRun>
{
    private const string Broken = "broken", Unwritable = "unwritable", Option = "option";

    private static readonly string[] Tiny = ["--backbone", TinyRun.Backbone, "--image-size", "16", "--batch-size", "8", "--epochs", "1", "--device", "cpu"];

    private static readonly string[] Inputs = ["--dataset", "--encoder", "--training-config", "--from", "--libtorch", "--config", "RUN"];

    /// <summary>What is wrong, and what is typed. {run}, {images} and {data} are sound; {cut}, {empty}, {file} and {none} are not what is asked for.</summary>
    private static readonly Dictionary<string, (string Kind, string Says, string Typed)[]> Table = new()
    {
        ["pretrain"] =
        [
            ("--dataset", "There is no file or folder", "--dataset {none}"),
            (Broken, "Get it again", "--dataset {cut}.zip"),
            (Broken, "a link must lead somewhere", "--dataset {dangling}.zip"),
            (Broken, "holds no image", "--dataset {empty}"),
            ("--config", "there is no file", "--dataset {images} --config {none}.json"),
            (Broken, "no JSON", "--dataset {images} --config {cut}.json"),
            (Broken, "'epochs'", "--dataset {images} --config {twice}.json"),
            (Option, "--resume needs --output", "--resume"),
            (Unwritable, "Choose another folder", "--dataset {images} --output {file}/run TINY"),
            (Unwritable, "Choose another folder", "--dataset {images} --output /proc/run TINY"),
        ],
        ["evaluate"] =
        [
            ("--dataset", "There is no file or folder", "--encoder {run} --dataset {none}"),
            ("--encoder", "Name the folder of a run", "--encoder {none} --dataset {images}"),
            (Broken, "not a model", "--encoder {cut}.onnx --dataset {images}"),
            (Broken, "Get it again", "--encoder {run} --dataset {cut}.zip"),
            (Broken, "holds no image", "--encoder {run} --dataset {empty}"),
            (Unwritable, "Choose another folder", "--encoder {run} --output {file}/evaluation"),
            (Unwritable, "Choose another folder", "--encoder {run} --output /proc/evaluation"),
        ],
        ["sweep"] =
        [
            ("--dataset", "There is no folder", "--dataset {none} --output {new}.csv"),
            (Broken, "must hold the folders train and test", "--dataset {images} --output {new}.csv"),
            (Broken, "it is no file of a sweep", "--summary-only --output {cut}.json"),
            (Option, "Run the sweep without --summary-only", "--summary-only --output {none}.csv"),
            (Unwritable, "Choose another folder", "--dataset {data} --output {file}/rows.csv"),
            (Unwritable, "Choose another folder", "--dataset {data} --output /proc/rows.csv"),
        ],
        ["download"] =
        [
            ("--from", "there is no file or folder", "cifar10 --from {none} --output {new}"),
            (Broken, "It is cut off", "cifar10 --from {cut}.zip --output {new}"),
            (Broken, "is not among what was named", "cifar10 --from {empty} --output {new}"),
            (Option, "Must be one of", "cifar11"),
            (Unwritable, "Name a folder", "cifar10 --from {cut}.zip --output {file}"),
        ],
        ["embed"] =
        [
            ("--dataset", "There is no file or folder", "--encoder {run} --dataset {none} --output {new}.csv"),
            ("--encoder", "Name the folder of a run", "--encoder {none} --dataset {images} --output {new}.csv"),
            (Broken, "not a model", "--encoder {cut}.onnx --dataset {images} --output {new}.csv"),
            (Broken, "no file", "--encoder {folder}.onnx --dataset {images} --output {new}.csv"),
            (Broken, "a link must lead somewhere", "--encoder {dangling}.onnx --dataset {images} --output {new}.csv"),
            (Broken, "no sound safetensors", "--encoder {cut}.safetensors --backbone resnet18 --dataset {images} --output {new}.csv"),
            (Broken, "Name the --output of 'mlnet-contrastive pretrain'", "--encoder {empty} --dataset {images} --output {new}.csv"),
            (Unwritable, "no file in a folder that exists", "--encoder {run} --dataset {images} --output {file}/table.csv"),
            (Unwritable, "Choose another folder", "--encoder {run} --dataset {images} --output /proc/table.csv"),
        ],
        ["export"] =
        [
            ("--encoder", "Name the folder of a run", "--encoder {none} --output {new}.onnx"),
            (Broken, "no sound safetensors", "--encoder {cut}.safetensors --backbone resnet18 --output {new}.onnx"),
            (Option, "Replace it by --overwrite", "--encoder {run} --output {cut}.onnx"),
            (Unwritable, "no file in a folder that exists", "--encoder {run} --output {file}/encoder.onnx"),
            (Unwritable, "Choose another folder", "--encoder {run} --output /proc/encoder.safetensors"),
        ],
        ["preview"] =
        [
            ("--dataset", "There is no file or folder", "--dataset {none} --output {new}.png"),
            (Broken, "Get it again", "--dataset {cut}.zip --output {new}.png"),
            (Unwritable, "no file in a folder that exists", "--dataset {images} --output {file}/pairs.png"),
            (Unwritable, "Choose another folder", "--dataset {images} --output /proc/pairs.png"),
        ],
        ["difficulty"] =
        [
            ("--dataset", "There is no file or folder", "--encoder {run} --dataset {none} --output {new}"),
            ("--encoder", "Name the folder of a run", "--encoder {none} --dataset {images} --output {new}"),
            (Broken, "not a model", "--encoder {cut}.onnx --dataset {images} --output {new}"),
            (Unwritable, "Choose another folder", "--encoder {run} --dataset {images} --output {file}/difficulty"),
            (Unwritable, "Choose another folder", "--encoder {run} --dataset {images} --output /proc/difficulty"),
        ],
        ["report"] =
        [
            ("RUN", "is the folder of no run", "{none}"),
            (Broken, "is the folder of no run", "{empty}"),
            ("--dataset", "There is no file or folder", "{run} --dataset {none}"),
            (Broken, "Get it again", "{run} --dataset {cut}.zip"),
            (Unwritable, "report.html' is no file", "{finished} --dataset {none}"),
        ],
        ["image-classification"] =
        [
            ("--dataset", "There is no file or folder", "--dataset {none} --name X --output {new}"),
            (Broken, "Get it again", "--dataset {cut}.zip --name X --output {new}"),
            (Broken, "has no two classes", "--dataset {images}/class0 --name X --output {new}"),
            ("--config", "there is no file", "--dataset {images} --name X --config {none}.json --output {new}"),
            (Broken, "no log of mlnet-contrastive", "--dataset {images} --name X --output {new} --log-file-path {file}"),
            (Unwritable, "Choose another folder", "--dataset {images} --name X --output {file}/project TINY"),
            (Unwritable, "Choose another folder", "--dataset {images} --name X --output /proc/project TINY"),
        ],
        ["train"] =
        [
            ("--training-config", "there is no file", "--training-config {none}.mbconfig"),
            (Broken, "no JSON", "--training-config {cut}.mbconfig"),
            (Broken, "there is no file", "--training-config {folder}.mbconfig"),
            ("--dataset", "no file", "--training-config {none}.mbconfig --dataset {none}"),
            ("--config", "there is no file", "--training-config {none}.mbconfig --config {none}.json"),
        ],
        ["doctor"] = [("--libtorch", "There is no folder", "--libtorch {none}")],
        ["completion"] = [(Option, "csh", "csh")],
    };

    public static TheoryData<string> Verbs => [.. Program.CreateRoot().Subcommands.Select(verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_line_says_what_to_do_and_nothing_stays_behind(string name)
    {
        System.CommandLine.Command verb = Program.CreateRoot().Subcommands.Single(verb => verb.Name == name);
        (string Kind, string Says, string Typed)[] rows = Table[name];
        string[] taken = [.. verb.Options.Select(option => option.Name), .. verb.Arguments.Select(argument => argument.Name)];
        foreach (string input in Inputs.Intersect(taken).Except(name is "doctor" ? [] : ["--libtorch"]))
            Assert.Contains(rows, row => row.Kind == input);
        Assert.True(rows.Any(row => row.Kind == Broken) || name is "doctor" or "completion", "What is broken?");
        Assert.True(rows.Any(row => row.Kind == Unwritable) || !taken.Contains("--output"), "Where can it not write?");

        using var bad = new BadFiles(run);
        string[] before = bad.Everything();
        await Refused(name, "--no-such-option", ["--no-such-option"]);
        foreach ((_, string says, string typed) in rows)
        {
            if (typed.Contains("/proc/", StringComparison.Ordinal) && !OperatingSystem.IsLinux())
                continue;
            await Refused(name, says, [.. bad.Arguments(typed).SelectMany(word => word == "TINY" ? Tiny : [word])]);
            Assert.Equal(before, bad.Everything());
        }
    }

    [Fact]
    public async Task Verbose_adds_where_it_happened()
    {
        (int code, _, string error) = await ToolRun.Of("pretrain", "--dataset", "/nowhere", "--verbose");
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>Files of more than a kilobyte cannot be written, as on a disk with no more room than that.</summary>
    [Theory]
    [InlineData("embed --encoder {run} --dataset {images} --output {new}.csv")]
    [InlineData("embed --encoder {run} --dataset {images} --output {new}.npy")]
    [InlineData("export --encoder {run} --output {new}.onnx")]
    [InlineData("preview --dataset {images} --output {new}.png")]
    [InlineData("evaluate --encoder {run} --knn --linear small --central-crops --baselines --output {new}")]
    [InlineData("difficulty --encoder {run} --dataset {images} --views rrc --images 4 --output {new}")]
    [InlineData("sweep --dataset {data} --output {new}.csv --epochs 1 --batch-size 4 --image-size 16 --methods simclr --views rrc --seeds 1")]
    [InlineData("pretrain --dataset {images} --output {new} TINY")]
    [InlineData("image-classification --dataset {images} --name X --output {new} TINY")]
    public async Task A_disk_without_room_is_named_and_nothing_half_written_stays(string typed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a limit on the size of files");
        using var bad = new BadFiles(run);
        string[] before = bad.Everything();
        string command = string.Join(' ', bad.Arguments(typed).SelectMany(word => word == "TINY" ? Tiny : [word]).Select(word => $"'{word}'"));
        // The runtime's own files in memory are not meant.
        var start = new System.Diagnostics.ProcessStartInfo("bash", ["-c", $"trap '' XFSZ; ulimit -f 1; exec dotnet '{Path.Combine(AppContext.BaseDirectory, "mlnet-contrastive.dll")}' {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0", ["OMP_NUM_THREADS"] = "1", ["GOMP_SPINCOUNT"] = "0" },
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == ExitCode.Failure, $"{process.ExitCode}: {error}{await output}");
        Assert.Matches("[Mm]ake room|Choose another folder", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(before, bad.Everything());
    }

    private static async Task Refused(string verb, string says, string[] typed)
    {
        (int code, string output, string error) = await ToolRun.Of([verb, .. typed]);
        string line = $"{verb} {string.Join(' ', typed)}: {code}: {error}{output}";
        Assert.True(code is ExitCode.Failure or ExitCode.Usage, line);
        Assert.True(error.TrimEnd().Split('\n').Length == 1 && error.Length > 0, line);
        Assert.True(error.Contains(says, StringComparison.Ordinal), $"'{says}' is not in {line}");
        Assert.False(error.Contains("   at ", StringComparison.Ordinal) || error.Contains("mistake in the tool", StringComparison.Ordinal), line);
    }

    /// <summary>A folder of files that are not what is asked for, by the names that <see cref="Table"/> has for them.</summary>
    private sealed class BadFiles : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-bad-").FullName;
        private readonly Dictionary<string, string> _names;

        public BadFiles(TinyRun run)
        {
            _names = new() { ["{run}"] = run.Run, ["{images}"] = run.Images };
            foreach (string name in (string[])["none", "new", "cut", "empty", "file", "folder", "dangling", "data", "twice", "finished"])
                _names[$"{{{name}}}"] = In(name);
            Directory.CreateDirectory(In("empty"));
            File.WriteAllText(In("file"), "text");
            File.WriteAllText(In("twice.json"), """{"epochs":1,"epochs":2}""");
            foreach (string extension in (string[])["onnx", "mbconfig"])
                Directory.CreateDirectory(In($"folder.{extension}"));
            foreach (string extension in (string[])["onnx", "zip"])
                File.CreateSymbolicLink(In($"dangling.{extension}"), "/nowhere/at/all");
            foreach (string part in (string[])["train", "test"])
                Copy(run.Images, Path.Combine(In("data"), part));

            foreach (string file in (string[])["config.json", "run.json"])
                File.Copy(Path.Combine(run.Run, file), Path.Combine(Directory.CreateDirectory(In("finished")).FullName, file));
            Directory.CreateDirectory(Path.Combine(In("finished"), "report.html"));

            ZipFile.CreateFromDirectory(run.Images, In("cut.zip"));
            string models = Path.Combine(run.Run, "exported_models");
            File.Copy(Path.Combine(models, "encoder.onnx"), In("cut.onnx"));
            File.Copy(Path.Combine(models, "encoder.safetensors"), In("cut.safetensors"));
            File.Copy(Path.Combine(run.Run, "config.json"), In("cut.json"));
            File.WriteAllText(In("cut.mbconfig"), """{"Scenario":"ImageClassification","DataSource":{"Type":"Fol""");
            foreach (string file in Directory.GetFiles(_folder, "cut.*").Where(file => !file.EndsWith("mbconfig", StringComparison.Ordinal)))
            {
                using FileStream stream = File.OpenWrite(file);
                stream.SetLength(stream.Length / 2);
            }
        }

        public string[] Arguments(string typed) =>
            [.. typed.Split(' ').Select(word => _names.Aggregate(word, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal)))];

        public string[] Everything() => [.. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        private string In(string name) => Path.Combine(_folder, name);

        private static void Copy(string from, string to)
        {
            foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
