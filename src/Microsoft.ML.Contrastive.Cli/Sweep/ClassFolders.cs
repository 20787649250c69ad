using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>A file and the name of the folder it lies in.</summary>
internal sealed class LabelledImage
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

/// <summary>The images of a data set that the runs of a sweep learn from and are asked about: the same ones in every run.</summary>
/// <param name="Name">What the column <c>data</c> says.</param>
/// <param name="Train">Images of <c>train</c>, ordered by path.</param>
/// <param name="Test">Images of <c>test</c> or <c>val</c>, ordered by path.</param>
/// <param name="Classes">Names of the classes in ordinal order.</param>
/// <param name="Sample">Hash of which images these are, by their paths in the data set.</param>
internal sealed record ClassFolders(string Name, LabelledImage[] Train, LabelledImage[] Test, string[] Classes, string Sample)
{
    private const string TrainFolder = "train";
    private const int HashDigits = 16;

    // Which images are kept is no part of what varies.
    private const int SampleSeed = 1;

    private static readonly string[] TestFolders = ["test", "val"];

    /// <summary>Chooses the images.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="folder">A folder with <c>train</c> and <c>test</c> or <c>val</c>, class folders in each.</param>
    /// <param name="images">Training images, the same number of each class; all when omitted.</param>
    /// <param name="queries">Test images, the same number of each class; all when omitted.</param>
    /// <exception cref="InvalidDataException">A folder is missing, the classes differ, or a class has too few images.</exception>
    public static ClassFolders Read(string name, string folder, int? images, int? queries)
    {
        string? test = TestFolders.FirstOrDefault(part => Directory.Exists(Path.Combine(folder, part)));
        if (test is null || !Directory.Exists(Path.Combine(folder, TrainFolder)))
            throw new InvalidDataException($"'{folder}' must hold the folders {TrainFolder} and {string.Join(" or ", TestFolders)}, with a folder of images for each class in both.");
        LabelledImage[] train = Choose(folder, TrainFolder, images, "--images"), queried = Choose(folder, test, queries, "--queries");
        string[] classes = ClassesOf(train), queriedClasses = ClassesOf(queried);
        if (classes.Length < 2 || !classes.SequenceEqual(queriedClasses))
        {
            throw new InvalidDataException(
                $"'{folder}' has {classes.Length} class folders in {TrainFolder} and {queriedClasses.Length} in {test}; there must be the same in both, at least two.");
        }

        return new ClassFolders(name, train, queried, classes, Hash(folder, [.. train, .. queried]));
    }

    /// <summary>Class indices of images.</summary>
    public int[] Labels(IEnumerable<LabelledImage> images) => [.. images.Select(image => Array.BinarySearch(Classes, image.Label, StringComparer.Ordinal))];

    /// <summary>Reads the test images once: a training of hours must not end at one that cannot be read. Those of training are read at its start.</summary>
    /// <exception cref="InvalidDataException">One cannot be read.</exception>
    public void RequireReadableTest(CancellationToken cancellation)
    {
        foreach (LabelledImage image in Test)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using MLImage pixels = MLImage.CreateFromFile(image.ImagePath);
            }
            catch (ArgumentException error)
            {
                throw new InvalidDataException($"The image '{image.ImagePath}' is damaged, or no image at all. Replace or remove it.", error);
            }
        }
    }

    private static LabelledImage[] Choose(string folder, string part, int? count, string option)
    {
        var mlContext = new MLContext();
        LabelledImage[][] classes = [.. mlContext.Data
            .CreateEnumerable<LabelledImage>(mlContext.Contrastive().LoadImagesFromFolder(Path.Combine(folder, part)), reuseRowObject: false)
            .Where(image => image.Label.Length > 0)
            .GroupBy(image => image.Label).Select(images => images.ToArray())];
        if (count is not { } wanted)
            return [.. classes.SelectMany(images => images)];

        int perClass = classes.Length == 0 ? 0 : wanted / classes.Length;
        if (perClass == 0)
            throw new InvalidDataException($"{option} is {wanted}, but '{Path.Combine(folder, part)}' has {classes.Length} classes; it must be at least one a class.");
        var random = new Random(SampleSeed);
        foreach (LabelledImage[] images in classes)
        {
            if (images.Length < perClass)
            {
                throw new InvalidDataException(
                    $"{option} is {wanted}, {perClass} a class, but '{Path.Combine(folder, part, images[0].Label)}' has {images.Length} images; at most "
                        + $"{classes.Min(c => c.Length) * classes.Length} can be asked for.");
            }

            random.Shuffle(images);
        }

        return [.. classes.SelectMany(images => images[..perClass]).OrderBy(image => image.ImagePath, StringComparer.Ordinal)];
    }

    private static string[] ClassesOf(LabelledImage[] images) => [.. images.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)];

    private static string Hash(string folder, LabelledImage[] images) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', images.Select(image => Path.GetRelativePath(folder, image.ImagePath).Replace('\\', '/'))))))[..HashDigits];
}
