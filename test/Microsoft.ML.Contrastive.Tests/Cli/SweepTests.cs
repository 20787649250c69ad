using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The verb <c>sweep</c> from the command line to the files, on class folders of a few images.</summary>
public sealed class SweepTests : IDisposable
{
    private const int TrainPerClass = 8, TestPerClass = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-sweep-").FullName;

    public SweepTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "stripes"));
        foreach ((string part, int perClass, int seed) in new[] { ("train", TrainPerClass, 1), ("test", TestPerClass, 2) })
        {
            using var images = new ImageFolder(classes: 2, perClass, width: 16, height: 16, seed);
            Directory.CreateDirectory(Path.Combine(_folder, "stripes", part));
            foreach (string classFolder in Directory.GetDirectories(images.Path))
                Directory.Move(classFolder, Path.Combine(_folder, "stripes", part, Path.GetFileName(classFolder)));
        }
    }

    private string Rows => Path.Combine(_folder, "rows.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_method_arm_and_seed_is_a_row_that_is_made_once_and_the_same_again()
    {
        string[] all = ["--methods", "simclr,mocov2", "--views", "rrc,joint", "--seeds", "1..2"];
        (int code, string output, string error) = await Sweep(all);
        Assert.True(code == 0, error);
        string[] lines = File.ReadAllLines(Rows);
        Assert.Equal("data,method,backbone,epochs,seed,views,knn,linear", lines[0]);
        Assert.Equal(
            from seed in new[] { 1, 2 } from method in new[] { "simclr", "mocov2" } from views in new[] { "rrc", "joint" } select $"stripes,{method},resnet10-compact-w0.25,1,{seed},{views}",
            lines[1..].Select(line => SweepRow.Parse(line).Key.ToString()));
        Assert.Contains("joint − rrc", output, StringComparison.Ordinal);

        byte[] before = File.ReadAllBytes(Rows);
        (code, output, _) = await Sweep(all);
        Assert.Equal(0, code);
        Assert.Contains("8 runs, 8 of them done already", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Rows));

        (code, output, error) = await Sweep([.. all, "--json"]);
        Assert.Equal(0, code);
        Assert.Contains("8 of them done already", error, StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(output)!;
        SweepRow[] rows = [.. lines[1..].Select(SweepRow.Parse)];
        Assert.Equal(rows.Select(row => row.Knn), json["runs"]!.AsArray().Select(run => (double)run!["knn"]!));
        JsonNode mean = Assert.Single(json["means"]!.AsArray(), mean => ((string?)mean!["measure"], (string?)mean["method"], (string?)mean["views"]) == ("linear", "mocov2", "joint"))!;
        Assert.Equal(rows.Where(row => row.Key is { Method: "mocov2", Views: "joint" }).Average(row => row.Linear), (double)mean["mean"]!, 1e-12);
        JsonNode difference = Assert.Single(json["differences"]!.AsArray(), pair => ((string?)pair!["measure"], (string?)pair["method"]) == ("kNN", "simclr"))!;
        Assert.Equal(("joint", "rrc", 2), ((string?)difference["views"], (string?)difference["reference"], (int)difference["pairs"]!));
        Assert.True((double)difference["low"]! <= (double)difference["mean"]! && (double)difference["mean"]! <= (double)difference["high"]!);

        string again = Path.Combine(_folder, "again.csv");
        (code, _, _) = await Sweep([.. all, "--output", again]);
        Assert.Equal(0, code);
        Assert.Equal(before, File.ReadAllBytes(again));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task A_line_without_its_end_is_made_again(int cut)
    {
        string[] options = ["--methods", "random,simclr", "--views", "joint", "--beta", "0.5", "--seeds", "7"];
        Assert.DoesNotContain("NaN", (await Sweep(options)).Output, StringComparison.Ordinal);
        byte[] whole = File.ReadAllBytes(Rows);
        Assert.EndsWith(",joint(0.5)", File.ReadAllLines(Rows)[^1][..^14], StringComparison.Ordinal);
        File.WriteAllBytes(Rows, whole[..^cut]);
        File.AppendAllText($"{Rows}.runs.jsonl", "{\"key\":{\"data\":\"stri");

        (int code, string output, string error) = await Sweep(options);
        Assert.True(code == 0, error);
        Assert.Contains("2 runs, 1 of them done already", output, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(Rows));
        Assert.All(File.ReadLines($"{Rows}.runs.jsonl"), line => Assert.NotNull(RunFacts.Parse(line).Key));
    }

    [Theory]
    [InlineData("images 8 here, 16 there", "--images", "8", "--batch-size", "4")]
    [InlineData("queries 4 here, 8 there", "--queries", "4")]
    [InlineData("image size 24 here, 16 there", "--image-size", "24")]
    [InlineData("batch size 4 here, 8 there", "--batch-size", "4")]
    public async Task A_file_with_other_settings_is_refused_and_the_difference_named(string difference, params string[] changed)
    {
        await Sweep(["--methods", "simclr", "--views", "rrc", "--seeds", "1"]);
        byte[] before = File.ReadAllBytes(Rows);
        (int code, _, string error) = await Sweep(["--methods", "simclr", "--views", "rrc,joint", "--seeds", "1,2", .. changed]);
        Assert.Equal(1, code);
        Assert.Contains(difference, error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Rows));
    }

    [Theory]
    [InlineData("simclrr", "--methods", "simclrr")]
    [InlineData("square", "--views", "square")]
    [InlineData("5..1", "--seeds", "5..1")]
    [InlineData("NaN", "--beta", "NaN")]
    [InlineData("--epochs: '0' is not a whole number from 1 on", "--epochs", "0")]
    [InlineData("--epochs: 'x' is not a whole number", "--epochs", "x")]
    [InlineData("--device: 'gpu' is no device", "--device", "gpu")]
    [InlineData("is a folder", "--output", ".")]
    [InlineData("named twice", "--methods", "simclr,simclr")]
    [InlineData("resnet11", "--backbone", "resnet11")]
    [InlineData("no folder", "--dataset", "nowhere")]
    [InlineData("simclr/cifar11", "--settings", "cifar11")]
    [InlineData("--images is 1", "--images", "1")]
    [InlineData("batch size", "--batch-size", "17")]
    [InlineData("--beta", "--views", "rrc", "--beta", "1")]
    [InlineData("square", "--views", "square", "--beta", "1")]
    [InlineData("1e400", "--views", "joint", "--beta", "1e400")]
    public async Task A_mistake_is_told_in_one_line(string told, params string[] mistake)
    {
        (int code, string output, string error) = await Sweep(mistake);
        Assert.NotEqual(0, code);
        Assert.Equal("", output.Trim());
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_sets_of_one_name_are_told_apart()
    {
        (int code, _, string error) = await Sweep(["--dataset", $"a={_folder}/stripes", $"a={_folder}"]);
        Assert.NotEqual(0, code);
        Assert.Contains("two folders are named 'a'", error, StringComparison.Ordinal);
        (_, _, error) = await Sweep(["--dataset", $"{_folder}/stripes", $"{_folder}/stripes"]);
        Assert.Contains($"'{_folder}/stripes' is named twice", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_leaves_the_finite_numbers_is_an_outcome()
    {
        var plan = new SweepPlan { Data = [], Methods = [], Arms = [], Seeds = [], Epochs = 5, BatchSize = 8, ImageSize = 16 };
        ContrastivePreset preset = plan.Preset("simclr");
        preset = preset with { Optimizer = new Sgd { LearningRate = 1e30, LearningRateScaling = LearningRateScaling.None } };
        var run = new PlannedRun(new RunKey("stripes", "simclr", preset.Backbone.Name, preset.Epochs, 1, "rrc"), preset, Assert.Single(ViewArm.Parse(ViewArm.Baseline, [])));
        ClassFolders data = ClassFolders.Read("stripes", Path.Combine(_folder, "stripes"), images: null, queries: null);
        (SweepRow row, RunFacts facts) = MeasuredRun.Execute(run, data, new DeviceChoice(DeviceChoice.Cpu), CancellationToken.None);
        Assert.Equal((double.NaN, double.NaN), (row.Knn, row.Linear));
        Assert.Contains("loss", facts.Failure, StringComparison.OrdinalIgnoreCase);

        using (SweepFile file = SweepFile.Open(Rows))
            file.Add(row, facts);
        Assert.EndsWith(",rrc,NaN,NaN\n", File.ReadAllText(Rows), StringComparison.Ordinal);
        using SweepFile again = SweepFile.Read(Rows);
        Assert.True(again.Contains(run.Key));
        using var summary = new StringWriter();
        new SweepSummary(again.Rows, markdown: false).Write(summary);
        Assert.Contains("1 of 1 runs left the finite numbers", summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_that_is_ended_keeps_whole_runs_only()
    {
        using var cancellation = new CancellationTokenSource();
        var plan = new SweepPlan
        {
            Data = [("stripes", Path.Combine(_folder, "stripes"))],
            Methods = [RunKey.Random, "simclr"],
            Arms = [.. ViewArm.Parse(ViewArm.Joint, [0])],
            Seeds = [1],
            Epochs = 1000,
            BatchSize = 8,
            ImageSize = 16,
        };
        using SweepFile file = SweepFile.Open(Rows);
        using var output = new CancellingWriter("1/2", cancellation);
        Assert.ThrowsAny<OperationCanceledException>(() => SweepRuns.Execute(plan, file, output, cancellation.Token));
        Assert.Equal(RunKey.Random, Assert.Single(file.Rows).Key.Method);
        Assert.Equal(2, File.ReadAllLines(Rows).Length);
    }

    [Fact]
    public void Two_sweeps_cannot_write_to_one_file()
    {
        using SweepFile first = SweepFile.Open(Rows);
        Assert.Contains("Another sweep", Assert.Throws<IOException>(() => SweepFile.Open(Rows)).Message, StringComparison.Ordinal);
        using SweepFile reader = SweepFile.Read(Rows);
        Assert.Empty(reader.Rows);
    }

    [Fact]
    public void A_file_that_cannot_be_made_is_not_blamed_on_another_sweep()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc, where nobody can make a file, and /dev/full, which never ends and takes nothing");
        Assert.DoesNotContain("Another sweep", Assert.ThrowsAny<IOException>(() => SweepFile.Open("/proc/rows.csv")).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => SweepFile.Open("/dev/full"));
    }

    [Fact]
    public async Task An_unreadable_test_image_is_found_before_the_first_run()
    {
        string broken = Directory.GetFiles(Path.Combine(_folder, "stripes", "test"), "*", SearchOption.AllDirectories)[0];
        File.WriteAllBytes(broken, [1, 2, 3]);
        (int code, string output, string error) = await Sweep(["--methods", "simclr", "--views", "rrc", "--seeds", "1"]);
        Assert.Equal(1, code);
        Assert.Contains(broken, error, StringComparison.Ordinal);
        Assert.DoesNotContain("1 runs", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_there_twice_is_refused()
    {
        const string Row = "stripes,simclr,resnet10-compact-w0.25,1,1,rrc,0.5,0.5";
        File.WriteAllText(Rows, $"{SweepRow.Header}\r\n{Row}\r\n{Row}\r\n");
        Assert.Contains("more than once", Assert.Throws<InvalidDataException>(() => SweepFile.Open(Rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_which_nothing_else_is_known_is_refused()
    {
        File.WriteAllText(Rows, $"{SweepRow.Header}\nstripes,simclr,resnet10-compact-w0.25,1,1,rrc,0.5,0.5\n");
        Assert.Contains("says nothing of the run", Assert.Throws<InvalidDataException>(() => SweepFile.Open(Rows)).Message, StringComparison.Ordinal);
    }

    /// <summary>Small enough to be quick, unless the arguments say otherwise.</summary>
    private async Task<(int Code, string Output, string Error)> Sweep(string[] options)
    {
        (string, string)[] defaults = [("--dataset", Path.Combine(_folder, "stripes")), ("--device", "cpu"), ("--output", Rows), ("--epochs", "1"), ("--batch-size", "8"), ("--image-size", "16")];
        string[] arguments = ["sweep", .. options, .. defaults.Where(option => !options.Contains(option.Item1)).SelectMany(option => new[] { option.Item1, option.Item2 })];
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await Program.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Asks for the end shortly after a line that begins in a certain way: the next run is then under way.</summary>
    private sealed class CancellingWriter(string beginning, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(beginning, StringComparison.Ordinal) == true)
                cancellation.CancelAfter(TimeSpan.FromMilliseconds(500));
        }
    }
}
