// The README's first command: from images without labels to features that a linear classifier needs few labels for.
//
//   dotnet run -c Release --project samples/Quickstart [-- --data DIR --output DIR …]

using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using Quickstart;
using SkiaSharp;

var data = new Option<DirectoryInfo>("--data") { Description = "A folder of class folders, or of two of them named train and test. Default: the garments that come with the repository." };
var output = new Option<DirectoryInfo>("--output") { Description = "Where the results go.", DefaultValueFactory = _ => new("artifacts/quickstart") };
var seed = new Option<int>("--seed") { Description = "Seed of the training and of the draws of the labels.", DefaultValueFactory = _ => 1 };
var draws = new Option<int>("--draws") { Description = "How often the labelled images are drawn.", DefaultValueFactory = _ => 10 };
var imageSize = new Option<int?>("--image-size") { Description = "Side of the images that the encoder sees, in pixels. Default: the side of the first image, at most 64." };
data.AcceptExistingOnly();
draws.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 2)
        result.AddError("--draws must be at least 2: the table shows a standard deviation.");
});

var command = new RootCommand("Pretrains an encoder on images without labels, and shows what it is worth when labels are few.") { data, output, seed, draws, imageSize };
command.SetAction(arguments => Run(
    arguments.GetValue(data)?.FullName, arguments.GetValue(output)!.FullName, arguments.GetValue(seed), arguments.GetValue(draws), arguments.GetValue(imageSize)));
return command.Parse(args).Invoke();

static int Run(string? data, string output, int seed, int draws, int? imageSize)
{
    var clock = Stopwatch.StartNew();
    Directory.CreateDirectory(output);
    if (data is null)
    {
        data = Path.Combine(output, "images");
        SceneFolder.EnsureWritten(data);
    }

    ImageFolder images = ImageFolder.Read(data, seed);
    int side = imageSize ?? DefaultSide(images.Train[0].ImagePath);
    Console.WriteLine($"{images.Train.Count} images to learn from, {images.Test.Count} to test on, {side} x {side} pixels, in {data}");
    SaveExamples(images.Test, side, Path.Combine(output, "images.png"));

    var mlContext = new MLContext(seed);
    IDataView train = mlContext.Data.LoadFromEnumerable(images.Train), test = mlContext.Data.LoadFromEnumerable(images.Test);
    int[] labelCounts = [10, 100];
    var report = new Report(labelCounts);

    var pixels = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
        .Append(mlContext.Transforms.ResizeImages("Image", side, side))
        .Append(mlContext.Transforms.ExtractPixels("Features", "Image"));
    Evaluate("pixels", "pixels", pixels.Fit(train));

    report.Print(draws);
    report.Save(Path.Combine(output, "metrics.json"), clock.Elapsed.TotalSeconds);
    Console.WriteLine($"{clock.Elapsed.TotalSeconds:F0} s; see {output}");
    return 0;

    void Evaluate(string key, string description, ITransformer features)
    {
        List<LabelledFeatures> trained = Features(features, train), tested = Features(features, test);
        report.Add(key, description, [.. labelCounts.Select(labels => FewLabels.Evaluate(trained, tested, labels, draws, seed))]);
    }

    List<LabelledFeatures> Features(ITransformer features, IDataView rows)
        => [.. mlContext.Data.CreateEnumerable<LabelledFeatures>(features.Transform(rows), reuseRowObject: false)];
}

static int DefaultSide(string path)
{
    using SKCodec codec = SKCodec.Create(path) ?? throw new InvalidDataException($"'{path}' is not an image.");
    return Math.Min(64, Math.Min(codec.Info.Width, codec.Info.Height));
}

// Ten images of each of the first ten classes, a row a class.
static void SaveExamples(IReadOnlyList<LabelledImage> images, int side, string path)
{
    const int Shown = 10;
    List<(SKBitmap, string)> tiles = [.. images.GroupBy(image => image.Label).Take(Shown).Where(rows => rows.Count() >= Shown).SelectMany(rows => rows.Take(Shown)).Select(Tile)];
    if (tiles.Count > 0)
        ContactSheet.Save(path, tiles, Shown, scale: 2);

    (SKBitmap, string) Tile(LabelledImage image)
    {
        using SKBitmap whole = SKBitmap.Decode(image.ImagePath);
        return (whole.Resize(new SKImageInfo(side, side), SKFilterQuality.Medium), "");
    }
}
