using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

/// <summary>The verbs <c>image-classification</c> and <c>train</c>, from a folder of images to a program that classifies.</summary>
public sealed class ImageClassificationTests : IDisposable
{
    private const int Classes = 2, PerClass = 10;

    private readonly ImageFolder _images = new(Classes, PerClass, width: 24, height: 20);
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-classifier-").FullName;

    private string[] Tiny => ["--backbone", "resnet10-compact-w0.125", "--image-size", "16", "--batch", "8", "--epoch", "1", "--device", "cpu", "--no-report"];

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _images.Dispose();
    }

    /// <summary>The only test that builds a project: it costs the time of a build.</summary>
    [Fact]
    public async Task A_fresh_console_project_with_the_generated_files_builds_and_predicts_what_the_model_says()
    {
        using var project = new GeneratedProject("Shop");
        // An image without a label; by its extension none of ImageFolder.Files.
        File.Copy(_images.Files[0], Path.Combine(Directory.CreateDirectory(Path.Combine(_images.Path, "unlabeled")).FullName, "any.PNG"));
        (int code, string output, string error) = await ToolRun.Of(["image-classification", "--dataset", _images.Path, "--name", "PhotoModel", "--output", project.Folder, .. Tiny[..^1]]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("<html", File.ReadAllText(project[Path.Combine(".contrastive", "PhotoModel", "report.html")]), StringComparison.Ordinal);
        foreach (string line in (string[])["Start Training", "Evaluate Metric: MicroAccuracy", "MicroAccuracy      Duration", "on pixels", "on a random encoder", "on simclr"])
            Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(project["PhotoModel.contrastive.json"]))!["trials"]!.AsArray().Count);

        // Code as somebody has it who used Model Builder before.
        File.WriteAllText(project["Program.cs"], """
            using Shop;

            foreach (string file in args.Skip(1))
            {
                var input = new PhotoModel.ModelInput { ImageSource = File.ReadAllBytes(file) };
                PhotoModel.ModelOutput output = PhotoModel.Predict(input);
                var all = PhotoModel.PredictAllLabels(input);
                var engine = PhotoModel.PredictEngine.Value.Predict(input);
                Console.WriteLine(FormattableString.Invariant($"{output.PredictedLabel}\t{output.Score.Max():R}\t{all.First().Key}\t{all.Count()}\t{engine.PredictedLabel}\t{output.ImageSource.Length}"));
            }

            var context = new Microsoft.ML.MLContext(1);
            var data = PhotoModel.LoadImageFromFolder(context, args[0]);
            var model = PhotoModel.RetrainModel(context, data);
            Console.WriteLine(FormattableString.Invariant($"{context.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy}"));
            PhotoModel.SaveModel(context, model, data, "retrained.mlnet");
            """);
        string[] lines = project.Run([_images.Path, .. _images.Files]);

        string[] files = _images.Files;
        Assert.Equal(files.Length + 1, lines.Length);
        (string Label, float Score)[] expected = Classify(project["PhotoModel.mlnet"]);
        foreach ((int i, string[] line) in lines.SkipLast(1).Select(line => line.Split('\t')).Index())
        {
            Assert.Equal([expected[i].Label, expected[i].Label, $"{Classes}", expected[i].Label], (string[])[line[0], line[2], line[3], line[4]]);
            Assert.Equal(expected[i].Score, float.Parse(line[1], CultureInfo.InvariantCulture), 1e-5f);
            Assert.Equal(new FileInfo(files[i]).Length, long.Parse(line[5], CultureInfo.InvariantCulture));
        }

        // The classifier that the application has trained is the one that the tool had: same images, same encoder.
        Assert.Equal(expected.Zip(files, (e, file) => e.Label == Path.GetFileName(Path.GetDirectoryName(file)) ? 1.0 : 0).Average(), double.Parse(lines[^1], CultureInfo.InvariantCulture), 1e-9);
        Assert.Equal(expected.Select(e => e.Label), Classify(Path.Combine(Path.GetDirectoryName(project.Folder)!, "retrained.mlnet")).Select(e => e.Label));
    }

    [Fact]
    public async Task A_configuration_of_Model_Builder_is_trained_and_the_settings_are_remembered()
    {
        string file = Path.Combine(_folder, "MLModel1.mbconfig");
        File.WriteAllText(file, TrainingConfiguration.New(Path.GetRelativePath(_folder, _images.Path)).ToString());
        File.WriteAllText(Path.Combine(_folder, "MLModel1.consumption.cs"), "// This file was auto-generated by ML.NET Model Builder.");
        Assert.Contains("--overwrite", await ToolRun.Refusal(ExitCode.Usage, ["train", "--training-config", file, .. Tiny]), StringComparison.Ordinal);

        (int code, string output, string error) = await ToolRun.Of(["train", "--training-config", file, "--overwrite", "--unlabeled", _images.Path, "--set", "method.temperature=0.25", .. Tiny]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("No project was changed", output, StringComparison.Ordinal);
        Assert.Equal(2 * _images.Files.Length, (int?)JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "MLModel1.contrastive.json")))!["encoder"]!["dataset"]!["images"]);
        Assert.Equal("LbfgsMaximumEntropyMulti", (string?)JsonNode.Parse(File.ReadAllText(file))!["RunHistory"]!["Trials"]![0]!["TrainerName"]);
        Assert.StartsWith(GeneratedCode.FirstLine, File.ReadAllText(Path.Combine(_folder, "MLModel1.consumption.cs")), StringComparison.Ordinal);
        Assert.Equal(_images.Files.Length, Classify(Path.Combine(_folder, "MLModel1.mlnet")).Length);

        (code, output, error) = await ToolRun.Of("train", "--training-config", file, "--epochs", "2", "--device", "cpu", "--no-report", "--json");
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("Start Training", error, StringComparison.Ordinal);
        Assert.Contains("epoch 2/2", error, StringComparison.Ordinal);
        JsonNode result = JsonNode.Parse(output)!;
        Assert.Equal(["pixels", "a random encoder", "simclr"], result["trials"]!.AsArray().Select(trial => (string?)trial!["features"]));
        Assert.InRange((double)result["trials"]![2]!["microAccuracy"]!, 0, 1);
        Assert.Equal(["class0", "class1"], result["classes"]!.AsArray().Select(name => (string?)name));
        Assert.All(result["files"]!.AsArray(), written => Assert.True(File.Exists((string?)written)));
        Assert.Equal((Path.Combine(_folder, "MLModel1.mlnet"), null), ((string?)result["model"], (string?)result["project"]));
        JsonNode pretraining = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "MLModel1.contrastive.json")))!["pretraining"]!;
        Assert.Equal((2, 0.25, "resnet10-compact-w0.125"), ((int)pretraining["epochs"]!, (double)pretraining["method"]!["temperature"]!, (string?)pretraining["backbone"]));
    }

    [Fact]
    public async Task Interrupted_it_leaves_no_classifier_and_goes_on_from_there()
    {
        string output = Path.Combine(_folder, "my models"), model = Path.Combine(output, "PhotoModel.mlnet");
        string[] command = ["image-classification", "--dataset", _images.Path, "--name", "PhotoModel", "--output", output, .. Tiny[..^5], "--epochs", "120", "--device", "cpu"];
        using (var interrupted = new ToolProcess(new Dictionary<string, string>(), command))
        {
            while (interrupted.ReadLine() is { } line && !line.StartsWith("epoch 2/", StringComparison.Ordinal))
            {
            }

            interrupted.Interrupt();
            (int cancelled, _, string told) = await interrupted.End();
            Assert.True(cancelled == ExitCode.Cancelled, told);
            Assert.Contains($"image-classification --name PhotoModel --output '{output}' --resume", told, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(output));
        Assert.Contains("--resume", await ToolRun.Refusal(ExitCode.Usage, command), StringComparison.Ordinal);
        (int code, string printed, string error) = await ToolRun.Of("image-classification", "--name", "PhotoModel", "--output", output, "--resume");
        Assert.True(code == ExitCode.Success, error);
        Assert.DoesNotContain("epoch 1/", printed, StringComparison.Ordinal);
        Assert.True(File.Exists(model));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "cannot be the name of a C# class", "--name", "my model")]
    [InlineData(ExitCode.Failure, "nowhere", "--dataset", "/nowhere")]
    [InlineData(ExitCode.Failure, "nowhere", "--test-dataset", "/nowhere")]
    [InlineData(ExitCode.Usage, "--epochs: '-1'", "--epochs", "-1")]
    [InlineData(ExitCode.Usage, "squares", "--width", "16", "--height", "20")]
    [InlineData(ExitCode.Usage, "no C# project", "--project", "nowhere.csproj")]
    [InlineData(ExitCode.Failure, "cannot be written to", "--output", "/proc/app")]
    [InlineData(ExitCode.Failure, "cannot be written", "--log-file-path", "/proc/log")]
    [InlineData(ExitCode.Usage, "no setting 'methd'", "--set", "methd.temperature=1")]
    public async Task A_mistake_is_told_in_one_line_and_leaves_nothing(int code, string told, params string[] mistake) =>
        Assert.Contains(told, await Refused(code, mistake), StringComparison.Ordinal);

    [Fact]
    public async Task Too_few_classes_or_images_are_named()
    {
        Directory.Delete(Path.Combine(_images.Path, "class1"), recursive: true);
        Assert.Contains("no two classes", await Refused(ExitCode.Failure), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_images.Path, "class1"));
        File.Copy(_images.Files[0], Path.Combine(_images.Path, "class1", "only.png"));
        Assert.Contains("'class1'", await Refused(ExitCode.Failure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_others_and_several_projects_are_left_alone()
    {
        string model = Path.Combine(_folder, "PhotoModel.mlnet");
        File.WriteAllText(model, "mine");
        Assert.Contains("was not written by mlnet-contrastive", (await ToolRun.Of(Command())).Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(model));
        File.Delete(model);
        File.WriteAllText(Path.Combine(_folder, "A.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>");
        File.Copy(Path.Combine(_folder, "A.csproj"), Path.Combine(_folder, "B.csproj"));
        Assert.Contains("--project is missing", await ToolRun.Refusal(ExitCode.Usage, Command()), StringComparison.Ordinal);
        File.Move(Path.Combine(_folder, "B.csproj"), Path.Combine(_folder, "PhotoModel.csproj"));
        Assert.Contains("is the namespace, too", await ToolRun.Refusal(ExitCode.Usage, Command("--project", Path.Combine(_folder, "PhotoModel.csproj"))), StringComparison.Ordinal);
    }

    private async Task<string> Refused(int code, params string[] mistake)
    {
        string error = await ToolRun.Refusal(code, Command(mistake));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        return error;
    }

    private string[] Command(params string[] options)
    {
        string[][] usual = [["--dataset", _images.Path], ["--name", "PhotoModel"], ["--output", _folder], ["--epoch", "1"], ["--device", "cpu"], ["--no-report"]];
        return ["image-classification", .. usual.Where(option => !options.Contains(option[0]) && !(option[0] == "--epoch" && options.Contains("--epochs"))).SelectMany(option => option), .. options];
    }

    /// <summary>What ML.NET makes of the saved model by itself.</summary>
    private (string Label, float Score)[] Classify(string modelFile)
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(modelFile, out _);
        IDataView images = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(_images.Rows(mlContext)).Transform(_images.Rows(mlContext));
        IDataView scored = model.Transform(images);
        return [.. scored.GetColumn<string>("PredictedLabel").Zip(scored.GetColumn<float[]>("Score"), (label, scores) => (label, scores.Max()))];
    }
}
