using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The verb <c>pretrain</c> from the command line to the folder, on a few small images.</summary>
public sealed class PretrainTests : IDisposable
{
    private const int PerClass = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-pretrain-").FullName;
    private readonly ImageFolder _images = new(classes: 2, PerClass, width: 20, height: 20);

    private string Output => Path.Combine(_folder, "run");

    /// <summary>A run of a second, with other options in place of its own.</summary>
    private string[] Tiny(params string[] options)
    {
        string[][] usual = [["--dataset", _images.Path], ["--backbone", "resnet10-compact-w0.125"], ["--image-size", "16"], ["--batch-size", "8"], ["--epochs", "2"], ["--device", "cpu"], ["--no-report"], ["--output", Output]];
        return ["pretrain", .. usual.Where(option => !options.Contains(option[0])).SelectMany(option => option), .. options];
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _images.Dispose();
    }

    [Fact]
    public async Task A_run_leaves_what_its_users_look_for_and_is_not_overwritten()
    {
        (int code, string output, string error) = await ToolRun.Of(Tiny());
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("epochs = 2", output, StringComparison.Ordinal);
        Assert.Contains("epoch 2/2", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
        foreach (string file in (string[])["checkpoints/last/state.safetensors", "exported_models/encoder.onnx", "exported_models/encoder.safetensors", "metrics.jsonl", "train.log", "config.json", "run.json"])
            Assert.True(File.Exists(Path.Combine(Output, file)), file);
        Assert.NotEmpty(Directory.GetFiles(Output, "events.out.tfevents.*"));
        Assert.Equal(2, EpochMetrics.ReadFile(Path.Combine(Output, "metrics.jsonl")).Count);
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "run.json")))!;
        Assert.Equal("completed", (string?)record["status"]);
        Assert.Equal(2 * PerClass, (int?)record["dataset"]!["images"]);

        Assert.Contains("--resume", await ToolRun.Refusal(ExitCode.Usage, Tiny()), StringComparison.Ordinal);
        string notes = Path.Combine(Output, "notes.txt");
        File.WriteAllText(notes, "mine");
        (code, _, error) = await ToolRun.Of(Tiny("--epochs", "1", "--overwrite"));
        Assert.True(code == ExitCode.Success, error);
        Assert.Single(EpochMetrics.ReadFile(Path.Combine(Output, "metrics.jsonl")));
        Assert.True(File.Exists(notes));
    }

    [Fact]
    public async Task An_encoder_that_is_not_trained_is_said_to_be_none()
    {
        string corrupt = _images.AddCorrupt();
        (int code, _, string error) = await ToolRun.Of(Tiny("--epochs", "0"));
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("nothing is trained", error, StringComparison.Ordinal);

        // What is wrong with an image is told without advice to programmers.
        Assert.Contains(corrupt, error, StringComparison.Ordinal);
        Assert.DoesNotContain("LoadImagesFromFolder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_without_labels_are_enough()
    {
        foreach (string file in _images.Files)
            File.Move(file, Path.Combine(_images.Path, Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file)));
        foreach (string classFolder in Directory.GetDirectories(_images.Path))
            Directory.Delete(classFolder);
        (int code, string output, string error) = await ToolRun.Of(Tiny("--epochs", "1"));
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("no labels", output, StringComparison.Ordinal);
        Assert.DoesNotContain("kNN", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_read_a_line_an_event()
    {
        (int code, string output, string error) = await ToolRun.Of(Tiny("--json"));
        Assert.True(code == ExitCode.Success, error);
        JsonNode[] events = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        string[] names = [.. events.Select(e => (string)e["event"]!)];
        Assert.Equal("start", names[0]);
        Assert.Equal(["epoch", "epoch", "end"], names.Where(name => name is "epoch" or "end"));
        Assert.Equal("completed", (string?)events[^1]["run"]!["status"]);
        Assert.True((double?)events[Array.IndexOf(names, "epoch")]["loss"] > 0);
    }

    [Fact]
    public async Task What_is_printed_can_be_fed_back()
    {
        string[] typed = ["pretrain", "--dataset", _images.Path, "--method", "moco-v2", "--joint-crop", "0.5", "--joint-color", "0", "--epochs", "3", "--seed", "5", "--set", "optimizer.momentum=0.8"];
        (int code, string printed, string error) = await ToolRun.Of([.. typed, "--print-config"]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Equal(0.8, (double?)JsonNode.Parse(printed)!["optimizer"]!["momentum"]);
        string file = Path.Combine(_folder, "config.json");
        File.WriteAllText(file, printed);
        (_, string again, _) = await ToolRun.Of("pretrain", "--config", file, "--print-config");
        Assert.Equal(printed, again);
        Assert.Contains("--config", await ToolRun.Refusal(ExitCode.Usage, "pretrain", "--config", file, "--method", "byol"), StringComparison.Ordinal);
        Assert.False(Directory.Exists("runs"));
    }

    [Theory]
    [InlineData(ExitCode.Failure, "nowhere", "--dataset", "/nowhere")]
    [InlineData(ExitCode.Usage, "Did you mean 'simclr'", "--method", "simclrr")]
    [InlineData(ExitCode.Usage, "Did you mean 'simclr/stl10'", "--preset", "stl11")]
    [InlineData(ExitCode.Usage, "simsiam", "--preset", "simsiam/cifar10", "--method", "byol")]
    [InlineData(ExitCode.Usage, "resnet11", "--backbone", "resnet11")]
    [InlineData(ExitCode.Usage, "--epochs: '-1' is not a whole number from 0 on", "--epochs", "-1")]
    [InlineData(ExitCode.Usage, "--batch-size: '1'", "--batch-size", "1")]
    [InlineData(ExitCode.Failure, "BatchSize is 500", "--batch-size", "500")]
    [InlineData(ExitCode.Usage, "--joint-crop: 'NaN'", "--joint-crop", "NaN")]
    [InlineData(ExitCode.Usage, "JointBlurBeta", "--joint-blur", "0")]
    [InlineData(ExitCode.Usage, "'tpu' is no device", "--device", "tpu")]
    [InlineData(ExitCode.Usage, "torch finds no GPU", "--device", "cuda:97")]
    [InlineData(ExitCode.Usage, "no setting 'methd'", "--set", "methd.temperature=1")]
    [InlineData(ExitCode.Usage, "no file '/nowhere.json'", "--config", "/nowhere.json")]
    [InlineData(ExitCode.Usage, "no folder '/nowhere'", "--libtorch", "/nowhere")]
    [InlineData(ExitCode.Failure, "cannot hold a run", "--output", "/proc/run")]
    [InlineData(ExitCode.Usage, "--resume goes on", "--resume", "--overwrite")]
    public async Task A_mistake_is_told_in_one_line_and_leaves_nothing(int code, string told, params string[] mistake)
    {
        if (told.Contains("no GPU", StringComparison.Ordinal) && TorchSharp.torch.cuda.is_available())
            told = "there are cuda:0";
        (int actual, _, string error) = await ToolRun.Of(Tiny(mistake));
        Assert.True(code == actual, $"{actual}: {error}");
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotMatch(@"   at |\(Parameter", error);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task A_folder_that_is_no_run_is_not_touched()
    {
        string checkpoints = Directory.CreateDirectory(Path.Combine(Output, "checkpoints")).FullName;
        Assert.Contains("not empty", await ToolRun.Refusal(ExitCode.Usage, Tiny()), StringComparison.Ordinal);
        Assert.Contains("no run of this tool", await ToolRun.Refusal(ExitCode.Usage, Tiny("--overwrite")), StringComparison.Ordinal);
        Assert.Contains("no run that can be continued", await ToolRun.Refusal(ExitCode.Usage, Tiny("--resume")), StringComparison.Ordinal);
        Assert.True(Directory.Exists(checkpoints));
    }

    [Fact]
    public async Task A_run_to_go_on_with_that_is_not_there_is_named()
    {
        string[] resume = ["pretrain", "--resume", "--output", Output];
        Assert.Contains($"'{Output}' does not exist", await ToolRun.Refusal(ExitCode.Usage, resume), StringComparison.Ordinal);
        Directory.CreateDirectory(Output);
        Assert.Contains($"'{Output}' is empty", await ToolRun.Refusal(ExitCode.Usage, resume), StringComparison.Ordinal);
        Assert.Contains("--output", await ToolRun.Refusal(ExitCode.Usage, "image-classification", "--name", "Photos", "--output", _folder, "--resume"), StringComparison.Ordinal);

        // With images it is a new one: a job that is started again and again has one command.
        (int code, _, string error) = await ToolRun.Of(Tiny("--resume", "--epochs", "1"));
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("is empty: a new run begins", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_is_named_and_left_out()
    {
        string corrupt = _images.AddCorrupt();
        string archive = Path.Combine(_folder, "photos.zip");
        System.IO.Compression.ZipFile.CreateFromDirectory(_images.Path, archive);
        foreach (string dataset in (string[])[_images.Path, archive])
        {
            (int code, _, string error) = await ToolRun.Of(Tiny("--epochs", "1", "--dataset", dataset, "--overwrite"));
            Assert.Equal(ExitCode.Success, code);
            Assert.Contains(Path.GetFileName(corrupt), error, StringComparison.Ordinal);
            Assert.DoesNotContain("..", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_usual_size_is_that_of_the_images_that_can_be_read()
    {
        File.CreateSymbolicLink(Path.Combine(_images.Path, "class0", "gone.png"), "/nowhere/at/all.png");
        (int code, string output, string error) = await ToolRun.Of("pretrain", "--dataset", _images.Path, "--print-config");
        Assert.True(code == ExitCode.Success, error);
        Assert.Equal(32, (int?)JsonNode.Parse(output)!["views"]![0]!["crop"]!["outputSize"]!["width"]);
    }

    [Fact]
    public async Task Control_C_saves_and_the_resumed_run_ends_as_if_nothing_had_been()
    {
        string whole = Path.Combine(_folder, "whole");
        string[] longer = ["--epochs", "40"];
        (int code, string output, string error) = await new ToolProcess(NoEnvironment, Tiny([.. longer, "--output", whole])).End();
        Assert.True(code == ExitCode.Success, error);

        using (var interrupted = new ToolProcess(NoEnvironment, Tiny(longer)))
        {
            while (interrupted.ReadLine() is { } line && !line.StartsWith("epoch 2/", StringComparison.Ordinal))
            {
            }

            interrupted.Interrupt();
            (code, _, error) = await interrupted.End();
        }

        Assert.True(code == ExitCode.Cancelled, error);
        Assert.Contains($"pretrain --resume --output {Output}", error, StringComparison.Ordinal);
        Assert.Equal("cancelled", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "run.json")))!["status"]);
        Assert.False(File.Exists(Path.Combine(Output, "exported_models", "encoder.onnx")));
        Assert.Contains("batchSize: 8 there, 4 here", await ToolRun.Refusal(ExitCode.Usage, "pretrain", "--resume", "--output", Output, "--batch-size", "4"), StringComparison.Ordinal);

        (code, output, error) = await new ToolProcess(NoEnvironment, "pretrain", "--resume", "--output", Output).End();
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("epoch 40/40", output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "exported_models", "encoder.safetensors")), File.ReadAllBytes(Path.Combine(Output, "exported_models", "encoder.safetensors")));
    }

    [Fact]
    public async Task Control_C_within_an_epoch_is_told_where_it_stopped()
    {
        using var stop = new CancellationTokenSource();
        using var output = new Trigger("to go at", stop);
        using var error = new StringWriter();
        int code = await Program.RunAsync(Tiny("--epochs", "9", "--batch-size", "4"), output, error, stop.Token);
        Assert.True(code == ExitCode.Cancelled, error.ToString());
        TrainingProgress saved = CheckpointState.Read(Path.Combine(Output, "checkpoints", "last", "state.json")).Progress;
        Assert.Equal((1, 3), (saved.Epoch, saved.StepInEpoch));
        Assert.Contains($"Stopped after step {saved.Step} (3 of 4 in epoch 2 of 9); everything is saved.", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_twice_stops_at_once_and_what_was_saved_can_be_gone_on_with()
    {
        using (var interrupted = new ToolProcess(NoEnvironment, Tiny("--epochs", "500")))
        {
            while (interrupted.ReadLine() is { } line && !line.StartsWith("epoch 2/", StringComparison.Ordinal))
            {
            }

            interrupted.Interrupt();
            interrupted.Interrupt();
            (int killed, _, string stopped) = await interrupted.End();
            Assert.True(killed == ExitCode.Cancelled, stopped);
            Assert.DoesNotContain("   at ", stopped, StringComparison.Ordinal);
        }

        Assert.Contains("epochs: 500 there, 501 here", await ToolRun.Refusal(ExitCode.Usage, "pretrain", "--resume", "--output", Output, "--epochs", "501"), StringComparison.Ordinal);
        using var stop = new CancellationTokenSource();
        using StringWriter output = new(), error = new();
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        int code = await Program.RunAsync(["pretrain", "--resume", "--output", Output], output, error, stop.Token);
        Assert.True(code == ExitCode.Cancelled, error.ToString());
        Assert.True(EpochMetrics.ReadFile(Path.Combine(Output, "metrics.jsonl")).Count >= 2);
    }

    [Fact]
    public async Task A_finished_run_that_is_resumed_stays_as_it_is()
    {
        await ToolRun.Of(Tiny());
        byte[] encoder = File.ReadAllBytes(Path.Combine(Output, "exported_models", "encoder.safetensors"));
        string configuration = File.ReadAllText(Path.Combine(Output, "config.json"));
        (int code, _, string error) = await ToolRun.Of("pretrain", "--resume", "--output", Output);
        Assert.True(code == ExitCode.Success, error);
        Assert.Equal(encoder, File.ReadAllBytes(Path.Combine(Output, "exported_models", "encoder.safetensors")));
        Assert.Equal(configuration, File.ReadAllText(Path.Combine(Output, "config.json")));
        Assert.False(File.Exists(Path.Combine(Output, "report.html")));
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "run.json")))!;
        Assert.Equal(2, (int?)record["last"]!["epoch"]);

        // Other images are another run: nothing of this one is touched.
        using var others = new ImageFolder(classes: 2, PerClass, width: 20, height: 20, seed: 9);
        Assert.Contains("Data.Content", (await ToolRun.Of("pretrain", "--resume", "--output", Output, "--dataset", others.Path)).Error, StringComparison.Ordinal);
        Assert.Equal(configuration, File.ReadAllText(Path.Combine(Output, "config.json")));
        Assert.Equal("completed", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "run.json")))!["status"]);
    }

    [Fact]
    public async Task Torch_is_loaded_by_those_who_need_it()
    {
        // A folder without libtorch: whoever loads it fails.
        Dictionary<string, string> noTorch = new() { ["MLNET_CONTRASTIVE_LIBTORCH"] = _folder };
        foreach (string[] arguments in (string[][])[["--help"], ["pretrain", "--help"], ["completion", "bash"], ["pretrain", "--dataset", _images.Path, "--print-config"]])
        {
            using var process = new ToolProcess(noTorch, arguments);
            (int code, _, string error) = await process.End();
            Assert.True(code == ExitCode.Success, error);
        }

        using var training = new ToolProcess(noTorch, Tiny());
        (int failed, _, string told) = await training.End();
        Assert.Equal(ExitCode.Failure, failed);
        Assert.Contains($"There is no libtorch_cpu.so in '{_folder}'", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_this_machine_able()
    {
        (int code, string output, string error) = await ToolRun.Of("doctor", "--json");
        Assert.True(code == ExitCode.Success, output + error);
        JsonNode report = JsonNode.Parse(output)!;
        Assert.True((bool?)report["healthy"]);
        Assert.Contains(report["findings"]!.AsArray(), finding => (string?)finding!["name"] == "torch" && (string?)finding["severity"] == "good");

        using var broken = new ToolProcess(new Dictionary<string, string> { ["MLNET_CONTRASTIVE_LIBTORCH"] = _folder }, "doctor");
        (code, output, error) = await broken.End();
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("FAIL  torch", output, StringComparison.Ordinal);
        Assert.Contains("→ Leave --libtorch and MLNET_CONTRASTIVE_LIBTORCH out", output, StringComparison.Ordinal);
        Assert.Contains("torch", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> NoEnvironment => [];

    /// <summary>Ctrl-C as soon as a line says something.</summary>
    private sealed class Trigger(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
