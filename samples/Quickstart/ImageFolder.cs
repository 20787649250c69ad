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

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>Reads a folder of class folders, or one that has two of them, <c>train</c> and <c>test</c>.</summary>
    /// <exception cref="InvalidDataException">There are fewer than two classes, or one with a single image.</exception>
    public static ImageFolder Read(string folder, int seed)
    {
        string train = Path.Combine(folder, "train"), test = Path.Combine(folder, "test");
        ImageFolder images = Directory.Exists(train) && Directory.Exists(test)
            ? new([.. Classes(train).SelectMany(rows => rows)], [.. Classes(test).SelectMany(rows => rows)])
            : Split(Classes(folder), new Random(seed));
        if (images.Train.DistinctBy(image => image.Label).Count() < 2 || images.Test.Count == 0)
            throw new InvalidDataException($"'{folder}' must hold a folder of images for each of at least two classes, with at least two images in each.");
        return images;
    }

    private static ImageFolder Split(IEnumerable<LabelledImage[]> classes, Random random)
    {
        List<LabelledImage> train = [], test = [];
        foreach (LabelledImage[] rows in classes)
        {
            random.Shuffle(rows);
            int tested = (rows.Length + TestShare - 1) / TestShare;
            test.AddRange(rows.Take(tested));
            train.AddRange(rows.Skip(tested));
        }

        return new(train, test);
    }

    private static IEnumerable<LabelledImage[]> Classes(string folder)
        => Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Select(ofClass => (LabelledImage[])
        [
            .. Directory.EnumerateFiles(ofClass, "*", SearchOption.AllDirectories)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)
                .Select(file => new LabelledImage { ImagePath = Path.GetFullPath(file), Label = Path.GetFileName(ofClass) }),
        ]);
}
