using Microsoft.ML;

namespace Quickstart;

/// <summary>A file and the name of the folder it lies in.</summary>
internal sealed class LabelledImage
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

/// <summary>Images in class folders, in two parts.</summary>
internal sealed record ImageFolder(IReadOnlyList<LabelledImage> Train, IReadOnlyList<LabelledImage> Test)
{
    private const int TestShare = 5; // without a test folder, one image in five of each class is kept for the test

    private static readonly string[] TestFolders = ["test", "val"];

    /// <summary>Reads a folder of class folders, or one that has two of them, <c>train</c> and <c>test</c> (or <c>val</c>).</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="mostTrain">Keep at most so many training images, the same number of each class; all when omitted.</param>
    /// <param name="seed">Decides which images are kept and which are for the test.</param>
    /// <exception cref="InvalidDataException">There are fewer than two classes, or none has two images.</exception>
    public static ImageFolder Read(MLContext mlContext, string folder, int? mostTrain, int seed)
    {
        var random = new Random(seed);
        string train = Path.Combine(folder, "train");
        string? test = TestFolders.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);
        LabelledImage[][] trainClasses, testClasses;
        if (Directory.Exists(train) && test is not null)
        {
            (trainClasses, testClasses) = (Classes(mlContext, train), Classes(mlContext, test));
        }
        else
        {
            LabelledImage[][] classes = Classes(mlContext, folder);
            foreach (LabelledImage[] images in classes)
                random.Shuffle(images);
            trainClasses = [.. classes.Select(images => images[(images.Length / TestShare)..])];
            testClasses = [.. classes.Select(images => images[..(images.Length / TestShare)])];
        }

        if (mostTrain is { } most)
        {
            foreach (LabelledImage[] images in trainClasses)
                random.Shuffle(images);
            trainClasses = [.. trainClasses.Select(images => images[..Math.Min(images.Length, most / trainClasses.Length)])];
        }

        var read = new ImageFolder([.. trainClasses.SelectMany(images => images)], [.. testClasses.SelectMany(images => images)]);
        if (read.Train.DistinctBy(image => image.Label).Count() < 2 || read.Test.Count == 0)
            throw new InvalidDataException($"'{folder}' must hold a folder of images for each of at least two classes, with at least {TestShare} images in one of them, or two such folders named train and test.");
        return read;
    }

    private static LabelledImage[][] Classes(MLContext mlContext, string folder)
        => [.. mlContext.Data.CreateEnumerable<LabelledImage>(mlContext.Contrastive().LoadImagesFromFolder(folder), reuseRowObject: false)
            .Where(image => image.Label.Length > 0)
            .GroupBy(image => image.Label).Select(images => images.ToArray())];
}
