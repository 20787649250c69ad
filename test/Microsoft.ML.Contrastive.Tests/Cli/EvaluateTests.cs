using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Evaluate;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The verb <c>evaluate</c>.</summary>
public sealed class EvaluateTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public async Task Each_number_stands_beside_its_protocol_and_the_files_say_the_same()
    {
        string folder = Path.Combine(run.Folder, "evaluation");
        string[] typed = ["evaluate", "--encoder", run.Run, "--baselines", "--held-out", "0.25"];
        (int code, string text, string error) = await ToolRun.Of([.. typed, "--output", folder]);
        Assert.True(code == ExitCode.Success, error);
        string[] lines = [.. text.Split('\n').Where(line => line.Contains(" by ", StringComparison.Ordinal))];
        Assert.Equal(["encoder", "encoder", "pixels", "pixels", "random encoder", "random encoder"], lines.Select(line => line.Split(':')[0]));
        foreach ((int i, string line) in lines.Index())
        {
            Assert.Contains(i % 2 == 0 ? "weighted nearest neighbours (k = 12, T = 0.1" : "linear evaluation 'small on central crops only'", line, StringComparison.Ordinal);
            Assert.Contains("12 training and 4 test images", line, StringComparison.Ordinal);
        }

        (_, string json, _) = await ToolRun.Of([.. typed, "--json"]);
        JsonArray results = JsonNode.Parse(json)!["results"]!.AsArray();
        string[] table = File.ReadAllLines(Path.Combine(folder, "results.csv"));
        Assert.Equal("features,measure,protocol,top1,top5,standard_deviation,confusion,description", table[0]);
        Assert.Equal(results.Select(result => (string)result!["features"]!), table[1..].Select(line => line.Split(',')[0]));
        foreach ((JsonNode? result, string line) in results.Zip(lines))
        {
            double top1 = (double)result!["top1"]!;
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * top1:0.00} %"), line, StringComparison.Ordinal);
            int[][] matrix = [.. result["confusionMatrix"]!.AsArray().Select(row => row!.AsArray().Select(count => (int)count!).ToArray())];
            Assert.Equal(4, matrix.Sum(row => row.Sum()));
            Assert.Equal(top1, (matrix[0][0] + matrix[1][1]) / 4.0);
        }

        string[] confusion = File.ReadAllLines(Path.Combine(folder, "confusion-random-encoder-knn.csv"));
        Assert.Equal(@"true \ named,class0,class1", confusion[0]);
        Assert.Equal(results[4]!["confusionMatrix"]![1]!.AsArray().Select(count => (string)count!.ToString()), confusion[2].Split(',')[1..]);
        Assert.Contains("--overwrite", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", folder]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Few_labels_are_drawn_several_times_and_the_same_ones_again()
    {
        string[] typed = ["evaluate", "--encoder", run.Run, "--labels-per-class", "1,4", "--draws", "6"];
        (int code, string text, string error) = await ToolRun.Of(typed);
        Assert.True(code == ExitCode.Success, error);
        string[] lines = [.. text.Split('\n').Where(line => line.StartsWith("encoder: ", StringComparison.Ordinal))];
        Assert.Matches(@"^encoder: top-1 \d+\.\d\d ± \d+\.\d\d % by logistic regression on 1 labelled image of each class \(mean and standard deviation of 6 draws", lines[0]);
        Assert.Contains("on 4 labelled images of each class", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
        Assert.Equal(text, (await ToolRun.Of(typed)).Output);
        Assert.NotEqual(text, (await ToolRun.Of([.. typed, "--seed", "2"])).Output);
        Assert.Contains("smallest class", await ToolRun.Refusal(ExitCode.Usage, "evaluate", "--encoder", run.Run, "--labels-per-class", "7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fine_tuning_learns_and_leaves_the_encoder_as_it_is()
    {
        string weights = Path.Combine(run.Run, "exported_models", "encoder.safetensors");
        byte[] before = File.ReadAllBytes(weights);
        using var images = new ImageFolder(classes: 2, perClass: 40, width: 20, height: 20, seed: 3);
        (int code, string json, string error) = await ToolRun.Of(
            "evaluate", "--encoder", run.Run, "--dataset", images.Path, "--fine-tune", "--epochs", "8", "--encoder-rate", "1", "--baselines", "--device", "cpu", "--json");
        Assert.True(code == ExitCode.Success, error);
        JsonArray results = JsonNode.Parse(json)!["results"]!.AsArray();
        Assert.Equal(["encoder", "random encoder"], results.Select(result => (string)result!["features"]!));
        Assert.All(results, result => Assert.Contains("8 epochs", (string)result!["description"]!, StringComparison.Ordinal));
        Assert.True((double)results[0]!["top1"]! >= 0.9, json);
        Assert.Equal(before, File.ReadAllBytes(weights));
    }

    [Fact]
    public async Task An_ONNX_file_is_measured_and_says_what_it_cannot_be_compared_with()
    {
        string file = Path.Combine(run.Folder, "moved.onnx");
        File.Copy(Path.Combine(run.Run, "exported_models", "encoder.onnx"), file);
        string[] typed = ["evaluate", "--encoder", file, "--dataset", run.Images, "--knn", "--neighbours", "3", "--baselines"];
        (int code, string text, string error) = await ToolRun.Of(typed);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("--backbone", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("random encoder", text, StringComparison.Ordinal);
        (_, string named, error) = await ToolRun.Of([.. typed, "--backbone", TinyRun.Backbone]);
        Assert.Equal("", error);
        (_, string known, _) = await ToolRun.Of("evaluate", "--encoder", run.Run, "--knn", "--neighbours", "3", "--baselines");
        Assert.Equal(Lines(known), Lines(named));
        Assert.Equal(3, Lines(known).Length);

        static string[] Lines(string text) => text.Split('\n')[1..^1];
    }

    [Theory]
    [InlineData(0.5, 4, 4)]
    [InlineData(null, 6, 2)]
    [InlineData(0.01, 7, 1)]
    public void A_part_of_each_class_is_held_out_by_the_seed(double? fraction, int taught, int tested)
    {
        using Dataset dataset = Dataset.Open(run.Images);
        LabelledSplit split = LabelledSplit.Of(dataset, fraction, seed: 1);
        Assert.Equal((taught, tested), (split.SmallestClass, Paths(split.Test).Count(path => path.Contains("class1", StringComparison.Ordinal))));
        Assert.Equal(2 * TinyRun.PerClass, Paths(split.Train).Concat(Paths(split.Test)).Distinct().Count());
        Assert.Equal(Paths(split.Test), Paths(LabelledSplit.Of(dataset, fraction, seed: 1).Test));
        Assert.NotEqual(Paths(split.Test), Paths(LabelledSplit.Of(dataset, fraction, seed: 2).Test));

        static string[] Paths(IDataView rows) => [.. rows.GetColumn<string>(DatasetView.PathColumnName)];
    }

    [Fact]
    public void Test_images_of_the_data_are_what_is_tested_on()
    {
        using var images = new ImageFolder(classes: 2, perClass: 3);
        string split = Directory.CreateTempSubdirectory("contrastive-split-").FullName;
        try
        {
            foreach (string part in (string[])["train", "val", "test"])
            {
                foreach (string file in Directory.GetFiles(images.Path, "*", SearchOption.AllDirectories).Take(part == "test" ? 4 : 6))
                {
                    string copy = Path.Combine(split, part, Path.GetRelativePath(images.Path, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(file, copy);
                }
            }

            using Dataset dataset = Dataset.Open(split);
            LabelledSplit own = LabelledSplit.Of(dataset, heldOut: null, seed: 1);
            Assert.Equal((6L, 4L, "the data set's 'test'"), (own.Train.GetRowCount(), own.Test.GetRowCount(), own.Description));
            Assert.All(own.Test.GetColumn<string>(DatasetView.SplitColumnName), name => Assert.Equal(Split.Test, name));
            Assert.Equal(2L, LabelledSplit.Of(dataset, heldOut: 0.4, seed: 1).Test.GetRowCount());
        }
        finally
        {
            Directory.Delete(split, recursive: true);
        }
    }

    [Theory]
    [InlineData("There is no 'mocov3'. Did you mean 'moco-v3'", "--linear", "mocov3")]
    [InlineData("--set onlineProbe.learningRate=0.1", "--linear", "online")]
    [InlineData("'moco' is named twice", "--linear", "moco,moco-v1")]
    [InlineData("above 0 and below 1", "--held-out", "1")]
    [InlineData("--temperature: '0' must be 0.002 or above", "--temperature", "0")]
    [InlineData("not a number of images", "--labels-per-class", "1,0")]
    [InlineData("--draws belongs to --labels-per-class", "--draws", "3")]
    [InlineData("--epochs belongs to --fine-tune", "--epochs", "3")]
    [InlineData("--neighbours belongs to --knn", "--neighbours", "3", "--linear", "small")]
    [InlineData("--central-crops belongs to --linear", "--central-crops", "--knn")]
    [InlineData("is an ONNX file", "--encoder", "x.onnx", "--fine-tune")]
    public async Task A_mistake_is_told_in_one_line(string told, params string[] mistake)
    {
        string[] encoder = mistake.Contains("--encoder") ? [] : ["--encoder", run.Run];
        Assert.Contains(told, await ToolRun.Refusal(ExitCode.Usage, ["evaluate", "--dataset", run.Images, .. encoder, .. mistake]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_without_labels_have_no_accuracy()
    {
        string flat = Path.Combine(run.Images, "class0");
        Assert.Contains("no classes", await ToolRun.Refusal(ExitCode.Failure, "evaluate", "--encoder", run.Run, "--dataset", flat), StringComparison.Ordinal);
    }
}
