using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

/// <summary>Model Builder's configurations: ours have nothing that its own have not, and its own are read.</summary>
public sealed class TrainingConfigurationTests : IDisposable
{
    /// <summary>A file that Model Builder has written for an image classification.</summary>
    private const string Documented = """
        {"Scenario":"ImageClassification",
         "DataSource":{"Type":"Folder","Version":1,"FolderPath":"photos"},
         "Environment":{"Type":"LocalCPU","Version":1},
         "RunHistory":{"Version":3,"Type":"Result","Trials":[{"Version":1,"Type":"Trial",
           "TrainerName":"ImageClassificationMulti","Score":1.0,"RuntimeInSeconds":38.875,
           "Parameter":{"_SCHEMA_":"e0 * e1 * e2",
            "e0":{"OutputColumnName":"Label","InputColumnName":"Label","AddKeyValueAnnotationsAsText":false},
            "e1":{"LabelColumnName":"Label","ScoreColumnName":"Score","FeatureColumnName":"ImageSource","Arch":"ResnetV250","BatchSize":10,"Epoch":200},
            "e2":{"OutputColumnName":"PredictedLabel","InputColumnName":"PredictedLabel"}}}],
          "Estimators":{"e0":"MapValueToKey","e1":"ImageClassificationMulti","e2":"MapKeyToValue"},
          "Schema":"e0 * e1 * e2","MetricName":"MicroAccuracy","ModelFilePath":"C:\\Users\\me\\MLModel1.mlnet"},
         "Type":"TrainingConfig","Version":5,
         "TrainingOption":{"Version":2,"Subsampling":false,"Type":"ClassificationTrainingOption","TrainingTime":2147483647,
          "OptimizeMetric":"MicroAccuracy","ValidationOption":{"Version":0,"Type":"TrainValidateSplitValidationOption","SplitRatio":0.2}}}
        """;

    /// <summary>Options of the estimators, as AutoML.NET's search spaces (dotnet/machinelearning, src/Microsoft.ML.AutoML/CodeGen) have them.</summary>
    private static readonly Dictionary<string, string[]> EstimatorOptions = new()
    {
        ["MapValueToKey"] = ["OutputColumnName", "InputColumnName", "AddKeyValueAnnotationsAsText"],
        ["LoadImages"] = ["OutputColumnName", "ImageFolder", "InputColumnName"],
        ["ResizeImages"] = ["OutputColumnName", "InputColumnName", "ImageHeight", "ImageWidth", "CropAnchor", "Resizing"],
        ["ExtractPixels"] = ["OutputColumnName", "InputColumnName", "ColorsToExtract", "OrderOfExtraction", "OutputAsFloatArray"],
        ["ApplyOnnxModel"] = ["ModelFile", "GpuDeviceId", "FallbackToCpu", "OutputColumnName", "InputColumnName"],
        ["NormalizeMinMax"] = ["OutputColumnNames", "InputColumnNames"],
        ["LbfgsMaximumEntropyMulti"] = ["L1Regularization", "L2Regularization", "LabelColumnName", "FeatureColumnName", "ExampleWeightColumnName"],
        ["MapKeyToValue"] = ["OutputColumnName", "InputColumnName"],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-mbconfig-").FullName;

    private string File => Path.Combine(_folder, "MLModel1.mbconfig");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_has_only_what_Model_Builder_knows(bool isGpu)
    {
        TrainingConfiguration written = TrainingConfiguration.New("/photos");
        written.SetResult(0.91, 12.3456, (64, 48, 512), isGpu, "/app/X.mlnet");
        JsonObject ours = JsonNode.Parse(written.ToString())!.AsObject(), theirs = JsonNode.Parse(Documented.Replace("LocalCPU", isGpu ? "LocalGPU" : "LocalCPU", StringComparison.Ordinal))!.AsObject();

        JsonNode trial = ours["RunHistory"]!["Trials"]![0]!, estimators = ours["RunHistory"]!["Estimators"]!;
        JsonObject parameter = trial["Parameter"]!.AsObject();
        Assert.Equal(parameter.Select(pair => pair.Key).Skip(1), estimators.AsObject().Select(pair => pair.Key));
        foreach ((string key, JsonNode? estimator) in estimators.AsObject())
            Assert.Subset(EstimatorOptions[(string)estimator!].ToHashSet(), parameter[key]!.AsObject().Select(pair => pair.Key).ToHashSet());
        Assert.Equal((string?)ours["RunHistory"]!["Schema"], (string?)parameter["_SCHEMA_"]);
        Assert.Equal(string.Join(" * ", estimators.AsObject().Select(pair => pair.Key)), (string?)parameter["_SCHEMA_"]);

        // The rest: the same keys, types and versions in the same places.
        foreach (JsonObject tree in (JsonObject[])[ours, theirs])
        {
            tree["RunHistory"]!["Trials"]![0]!.AsObject().Remove("Parameter");
            tree["RunHistory"]!.AsObject().Remove("Estimators");
        }

        Assert.Equal(Shape(theirs, ""), Shape(ours, ""));
    }

    [Fact]
    public void A_file_of_Model_Builder_is_read_and_what_was_in_it_stays()
    {
        System.IO.File.WriteAllText(File, Documented.Replace("\"SplitRatio\":0.2", "\"SplitRatio\":0.3", StringComparison.Ordinal));
        string photos = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        TrainingConfiguration read = TrainingConfiguration.Read(File);
        Assert.Equal(photos, read.Folder(File));
        Assert.Equal(0.3, read.HeldOutFraction);
        read.SetResult(0.5, 1, (32, 32, 64), isGpu: false, Path.Combine(_folder, "MLModel1.mlnet"));
        JsonNode tree = JsonNode.Parse(read.ToString())!;
        Assert.Equal(0.3, (double?)tree["TrainingOption"]!["ValidationOption"]!["SplitRatio"]);
        Assert.Equal("photos", (string?)tree["DataSource"]!["FolderPath"]);
    }

    [Theory]
    [InlineData("photos", @"..\\photos", true)]
    [InlineData("photos", @"C:\\Users\\me\\photos", false)]
    [InlineData("photos", @"\\\\server\\share", false)]
    [InlineData("photos", "elsewhere", false)]
    public void Folders_are_meant_from_the_file_and_those_of_other_machines_are_asked_for(string written, string path, bool isFound)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "photos"));
        string file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName, "X.mbconfig");
        System.IO.File.WriteAllText(file, Documented.Replace($"\"FolderPath\":\"{written}\"", $"\"FolderPath\":\"{path}\"", StringComparison.Ordinal));
        if (isFound)
            Assert.Equal(Path.Combine(_folder, "photos"), TrainingConfiguration.Read(file).Folder(file));
        else
            Assert.Contains("--dataset", Assert.Throws<InvalidDataException>(() => TrainingConfiguration.Read(file).Folder(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"ImageClassification\"", "\"ObjectDetection\"", "the scenario ObjectDetection")]
    [InlineData("\"Scenario\":\"ImageClassification\",", "", "names no Scenario")]
    [InlineData("\"Folder\"", "\"TabularFile\"", "DataSource of the type TabularFile, version 1")]
    [InlineData("\"LocalCPU\",\"Version\":1", "\"LocalCPU\",\"Version\":9", "LocalCPU, version 9")]
    [InlineData("\"TrainingConfig\",\"Version\":5", "\"TrainingConfig\",\"Version\":6", "version 6")]
    [InlineData("\"Type\":\"Trial\"", "\"Type\":\"AzureTrial\"", "RunHistory.Trials of the type AzureTrial")]
    [InlineData("TrainValidateSplitValidationOption", "Mystery", "Mystery, version 0")]
    [InlineData("{\"Type\":\"LocalCPU\",\"Version\":1}", "7", "Environment of the type (none), version (none)")]
    public void What_is_not_known_is_refused_by_name(string text, string replacement, string told)
    {
        System.IO.File.WriteAllText(File, Documented.Replace(text, replacement, StringComparison.Ordinal));
        Assert.Contains(told, Assert.Throws<InvalidDataException>(() => TrainingConfiguration.Read(File)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"Scenario\":")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_is_no_JSON_is_refused(string text)
    {
        System.IO.File.WriteAllText(File, text);
        Assert.Throws<UsageException>(() => TrainingConfiguration.Read(File));
    }

    /// <summary>Every key with its place; of types and versions the values, too.</summary>
    private static IEnumerable<string> Shape(JsonNode? node, string place) => (node switch
    {
        JsonObject tree => tree.SelectMany(pair => Shape(pair.Value, $"{place}.{pair.Key}")),
        JsonArray list => list.SelectMany(each => Shape(each, $"{place}[]")),
        _ when place.EndsWith(".Type", StringComparison.Ordinal) || place.EndsWith(".Version", StringComparison.Ordinal) || place == ".Scenario" => [$"{place} = {node}"],
        _ => [place],
    }).Order(StringComparer.Ordinal);
}
