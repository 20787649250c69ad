// Classifies images with a saved model, with ML.NET's own packages alone: what a deployed application looks like.
//
//   StockConsumer MODEL.mlnet IMAGE_OR_FOLDER... [--features OUT.csv]
//
// Prints file, predicted label and score, separated by tabs. Exit status: 0 done, 1 failed (one line on the error stream), 2 wrong usage.

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using StockConsumer;

const string Usage = "usage: StockConsumer MODEL.mlnet IMAGE_OR_FOLDER... [--features OUT.csv]";
string[] extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

var paths = new List<string>();
string? featuresFile = null;
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--features" && i + 1 < args.Length)
        featuresFile = args[++i];
    else if (args[i].StartsWith("--", StringComparison.Ordinal))
        return Fail($"'{args[i]}' is not an option, or its value is missing. {Usage}", status: 2);
    else
        paths.Add(args[i]);
}

if (paths.Count < 2)
    return Fail(Usage, status: 2);

try
{
    Classify(paths[0], [.. paths.Skip(1).SelectMany(Images)]);
    return 0;
}
catch (ConsumerException error)
{
    return Fail(error.Message, status: 1);
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
{
    return Fail(error.GetBaseException().Message, status: 1); // a file that cannot be read or written, a model whose columns do not fit
}

void Classify(string modelFile, List<ImageRow> images)
{
    var mlContext = new MLContext();
    ITransformer model = Load(mlContext, modelFile);

    DataViewSchema output = model.GetOutputSchema(mlContext.Data.LoadFromEnumerable(images).Schema);
    string[] needed = ["PredictedLabel", "Score", .. featuresFile is null ? Array.Empty<string>() : ["Features"]];
    foreach (string column in needed)
    {
        if (output.GetColumnOrNull(column) is null)
            throw new ConsumerException($"The model '{modelFile}' has no output column '{column}'; it has {string.Join(", ", output.Select(c => c.Name).Distinct())}.");
    }

    if (output["PredictedLabel"].Type is not TextDataViewType)
        throw new ConsumerException($"The model's PredictedLabel is {output["PredictedLabel"].Type}, not text: end the pipeline with MapKeyToValue(\"PredictedLabel\") before saving it.");

    // Missing columns are ignored for Features alone: the others were looked for above.
    using PredictionEngine<ImageRow, Prediction> engine = mlContext.Model.CreatePredictionEngine<ImageRow, Prediction>(model, ignoreMissingColumns: true);
    using StreamWriter? csv = featuresFile is null ? null : new StreamWriter(featuresFile);
    bool first = true;
    foreach (ImageRow image in images)
    {
        Prediction prediction = Predict(engine, image);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{image.ImagePath}\t{prediction.PredictedLabel}\t{prediction.Score.Max():F4}"));
        if (first)
            csv?.WriteLine($"ImagePath,{string.Join(',', Enumerable.Range(0, prediction.Features.Length).Select(i => $"Features{i}"))}");
        csv?.WriteLine(CsvRow(image, prediction));
        first = false;
    }
}

static Prediction Predict(PredictionEngine<ImageRow, Prediction> engine, ImageRow image)
{
    try
    {
        return engine.Predict(image);
    }
    catch (Exception error) when (error is ArgumentException or InvalidOperationException)
    {
        throw new ConsumerException($"'{image.ImagePath}' cannot be classified: {error.GetBaseException().Message}");
    }
}

// "R" is the shortest text that reads back as the same float.
static string CsvRow(ImageRow image, Prediction prediction)
    => $"\"{image.ImagePath.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{string.Join(',', prediction.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}";

static ITransformer Load(MLContext mlContext, string file)
{
    if (!File.Exists(file))
        throw new ConsumerException($"There is no model '{file}'.");
    ITransformer model;
    DataViewSchema input;
    try
    {
        model = mlContext.Model.Load(file, out input);
    }
    catch (Exception error) when (error is FormatException or InvalidDataException or InvalidOperationException or ArgumentException or System.Reflection.TargetInvocationException)
    {
        throw new ConsumerException($"'{file}' is not a model that ML.NET can load: {error.GetBaseException().Message}");
    }

    if (input?.GetColumnOrNull("ImagePath") is not { Type: TextDataViewType })
        throw new ConsumerException($"The model '{file}' does not take a text column 'ImagePath'; it takes {(input is null ? "nothing" : string.Join(", ", input.Select(c => $"{c.Name} ({c.Type})")))}.");
    return model;
}

IEnumerable<ImageRow> Images(string path)
{
    if (File.Exists(path))
        return [new ImageRow { ImagePath = path }];
    if (!Directory.Exists(path))
        throw new ConsumerException($"There is no image or folder '{path}'.");
    ImageRow[] rows =
    [
        .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(file => new ImageRow { ImagePath = file }),
    ];
    return rows.Length > 0 ? rows : throw new ConsumerException($"The folder '{path}' holds no images ({string.Join(", ", extensions)}).");
}

static int Fail(string message, int status)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return status;
}
