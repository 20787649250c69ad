using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>
/// Model Builder's configuration of an image classification, <c>X.mbconfig</c>. Model Builder looks at each <c>Type</c> with its <c>Version</c> and refuses what it does not
/// know, so nothing is invented here: only keys, types and versions of its own files, and names and options of its own estimators (AutoML.NET's search spaces).
/// </summary>
internal sealed partial class TrainingConfiguration
{
    /// <summary>Extension of such files.</summary>
    public const string Extension = ".mbconfig";

    /// <summary>What names such a file.</summary>
    public const string Option = "--training-config";

    private const string Scenario = "ImageClassification", TypeKey = "Type", VersionKey = "Version";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What may stand where: types with their versions. The empty place is the whole file.</summary>
    private static readonly (string[] Place, (string Type, int Version)[] Known)[] Pairs =
    [
        ([], [("TrainingConfig", 5)]),
        (["DataSource"], [("Folder", 1)]),
        (["Environment"], [("LocalCPU", 1), ("LocalGPU", 1)]),
        (["RunHistory"], [("Result", 3)]),
        (["RunHistory", "Trials"], [("Trial", 1)]),
        (["TrainingOption"], [("ClassificationTrainingOption", 2)]),
        (["TrainingOption", "ValidationOption"], [("TrainValidateSplitValidationOption", 0), ("CrossValidationValidationOption", 0), ("FileValidationOption", 0)]),
    ];

    private readonly JsonObject _tree;

    private TrainingConfiguration(JsonObject tree) => _tree = tree;

    /// <summary>A new configuration.</summary>
    /// <param name="folder">Folder of the images.</param>
    public static TrainingConfiguration New(string folder) => new(new JsonObject
    {
        ["Scenario"] = Scenario,
        ["DataSource"] = Typed("Folder", 1, ("FolderPath", folder)),
        ["Environment"] = Typed("LocalCPU", 1),
        ["RunHistory"] = null,
        [TypeKey] = "TrainingConfig",
        [VersionKey] = 5,
        ["TrainingOption"] = Typed(
            "ClassificationTrainingOption", 2,
            ("Subsampling", false), ("TrainingTime", int.MaxValue), ("OptimizeMetric", "MicroAccuracy"),
            ("ValidationOption", Typed("TrainValidateSplitValidationOption", 0, ("SplitRatio", ClassificationImages.UsualHeldOutFraction)))),
    });

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="UsageException">It is missing or no JSON.</exception>
    /// <exception cref="InvalidDataException">It is no image classification, or of a form that is not known; the message names what.</exception>
    public static TrainingConfiguration Read(string path)
    {
        JsonObject tree = RunConfiguration.ReadFile(path, Option);
        string scenario = Text(tree["Scenario"]) ?? throw new InvalidDataException($"{Option}: '{path}' names no Scenario: it is no configuration of Model Builder.");
        if (scenario != Scenario)
            throw new InvalidDataException($"{Option}: '{path}' has the scenario {scenario}; only {Scenario} can be pretrained for.");
        foreach ((string[] place, (string Type, int Version)[] known) in Pairs)
        {
            JsonNode? node = place.Aggregate((JsonNode?)tree, (parent, key) => (parent as JsonObject)?[key]);
            IEnumerable<JsonNode?> nodes = node is JsonArray list ? list.AsEnumerable() : node is null ? [] : [node];
            foreach (JsonNode? each in nodes)
            {
                string? type = Text((each as JsonObject)?[TypeKey]);
                int? version = (each as JsonObject)?[VersionKey] is JsonValue number && number.TryGetValue(out int n) ? n : null;
                if (known.Any(pair => pair.Type == type && pair.Version == version))
                    continue;
                string where = place.Length == 0 ? "the form" : $"{string.Join('.', place)} of the type";
                throw new InvalidDataException(
                    $"{Option}: '{path}' has {where} {type ?? "(none)"}, version {version?.ToString(CultureInfo.InvariantCulture) ?? "(none)"}, which is not known here; "
                        + $"known {(known.Length == 1 ? "is" : "are")} {string.Join(", ", known.Select(pair => $"{pair.Type} {pair.Version}"))}.");
            }
        }

        return new TrainingConfiguration(tree);
    }

    /// <summary>Part of the images of each class that is held out to measure on.</summary>
    public double HeldOutFraction =>
        ((_tree["TrainingOption"] as JsonObject)?["ValidationOption"] as JsonObject)?["SplitRatio"] is JsonValue ratio && ratio.TryGetValue(out double fraction) && fraction is > 0 and < 1
            ? fraction
            : ClassificationImages.UsualHeldOutFraction;

    /// <summary>The folder of the images; a relative one is meant from the file.</summary>
    /// <param name="file">The configuration's file.</param>
    /// <exception cref="InvalidDataException">None is named, or one of another machine.</exception>
    public string Folder(string file)
    {
        string written = Text((_tree["DataSource"] as JsonObject)?["FolderPath"]) is { Length: > 0 } text
            ? text
            : throw new InvalidDataException($"{Option}: '{file}' names no DataSource.FolderPath. Name the folder of the images by --dataset.");
        if (!OperatingSystem.IsWindows() && WindowsRoot().IsMatch(written))
            throw new InvalidDataException($"{Option}: '{file}' names '{written}', a folder on Windows. Name the folder of the images by --dataset.");
        string path = Path.GetFullPath(OperatingSystem.IsWindows() ? written : written.Replace('\\', '/'), Path.GetDirectoryName(Path.GetFullPath(file))!);
        return Directory.Exists(path) ? path : throw new InvalidDataException($"{Option}: '{file}' names the folder '{path}', which there is none of. Name the folder of the images by --dataset.");
    }

    /// <summary>Says how the model came out.</summary>
    /// <param name="accuracy">Micro accuracy on held-out images.</param>
    /// <param name="seconds">What training took.</param>
    /// <param name="encoder">Size of its images and number of its features.</param>
    /// <param name="isGpu">Whether it was trained on a GPU.</param>
    /// <param name="modelFile">Full path of the model.</param>
    public void SetResult(double accuracy, double seconds, (int Width, int Height, int Features) encoder, bool isGpu, string modelFile)
    {
        _tree["Environment"] = Typed(isGpu ? "LocalGPU" : "LocalCPU", 1);
        const string Image = "Image", Resized = "Features.Resized", Pixels = "Features.Pixels", Features = FeatureClassifier.FeaturesColumnName, Label = "Label", Predicted = "PredictedLabel";
        (string Estimator, JsonObject Parameter)[] steps =
        [
            ("MapValueToKey", Columns(Label, Label, ("AddKeyValueAnnotationsAsText", false))),
            ("LoadImages", Columns(Image, "ImageSource")),
            ("ResizeImages", Columns(Resized, Image, ("ImageHeight", encoder.Height), ("ImageWidth", encoder.Width))),
            ("ExtractPixels", Columns(Pixels, Resized)),
            ("ApplyOnnxModel", Columns(Features, Pixels)),
            ("NormalizeMinMax", new JsonObject { ["OutputColumnNames"] = new JsonArray(Features), ["InputColumnNames"] = new JsonArray(Features) }),
            (Trainer, new JsonObject
            {
                ["L1Regularization"] = 0, ["L2Regularization"] = FeatureClassifier.L2Regularization(encoder.Features), ["LabelColumnName"] = Label, ["FeatureColumnName"] = Features,
            }),
            ("MapKeyToValue", Columns(Predicted, Predicted)),
        ];
        string schema = string.Join(" * ", steps.Select((_, i) => $"e{i}"));
        var parameter = new JsonObject { ["_SCHEMA_"] = schema };
        var estimators = new JsonObject();
        foreach ((int i, (string estimator, JsonObject values)) in steps.Index())
        {
            parameter[$"e{i}"] = values;
            estimators[$"e{i}"] = estimator;
        }

        _tree["RunHistory"] = Typed(
            "Result", 3,
            ("Trials", new JsonArray(Typed("Trial", 1, ("TrainerName", Trainer), ("Score", accuracy), ("RuntimeInSeconds", Math.Round(seconds, 3)), ("Parameter", parameter)))),
            ("Estimators", estimators), ("Schema", schema), ("MetricName", "MicroAccuracy"), ("ModelFilePath", modelFile));
    }

    /// <summary>What Model Builder calls ML.NET's linear classifier.</summary>
    public const string Trainer = "LbfgsMaximumEntropyMulti";

    /// <summary>The file's text.</summary>
    public override string ToString() => _tree.ToJsonString(Readable);

    private static JsonObject Columns(string output, string input, params (string Key, JsonNode? Value)[] more)
    {
        var columns = new JsonObject { ["OutputColumnName"] = output, ["InputColumnName"] = input };
        foreach ((string key, JsonNode? value) in more)
            columns[key] = value;
        return columns;
    }

    private static JsonObject Typed(string type, int version, params (string Key, JsonNode? Value)[] more)
    {
        var typed = new JsonObject { [TypeKey] = type, [VersionKey] = version };
        foreach ((string key, JsonNode? value) in more)
            typed[key] = value;
        return typed;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    [GeneratedRegex(@"^([A-Za-z]:[\\/]|\\\\)", RegexOptions.CultureInvariant)]
    private static partial Regex WindowsRoot();
}
