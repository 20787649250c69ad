using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>An image of a data set.</summary>
/// <param name="Source">What decodes it.</param>
/// <param name="Index">Which of the source's images it is.</param>
/// <param name="Class">Index of its class, or <see cref="NoClass"/>.</param>
/// <param name="Split">One of <see cref="Datasets.Split.All"/>.</param>
internal readonly record struct DatasetImage(ImageSource Source, int Index, int Class, string Split)
{
    /// <summary>The class of an image without a label.</summary>
    public const int NoClass = -1;

    /// <summary>A name that no other image of the data set has.</summary>
    public string Name => Source.NameOf(Index);
}

/// <summary>What a layout found.</summary>
/// <param name="Images">The images, in an order that does not depend on the file system.</param>
/// <param name="ClassNames">Names of the classes that <see cref="DatasetImage.Class"/> counts.</param>
/// <param name="Notes">What was assumed, a sentence each.</param>
internal sealed record DatasetContents(IReadOnlyList<DatasetImage> Images, IReadOnlyList<string> ClassNames, IReadOnlyList<string> Notes)
{
    /// <summary>Where the images are, when that is not where the layout was recognised: a list names files elsewhere.</summary>
    public FileTree? Tree { get; init; }

    /// <summary>Images whose labels are text: the classes are those that occur, in ordinal order.</summary>
    public static DatasetContents FromLabels(IEnumerable<(ImageSource Source, int Index, string? Label, string Split)> images, IReadOnlyList<string> notes)
    {
        var all = images.ToList();
        string[] classes = [.. all.Select(image => image.Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> indices = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return new DatasetContents(
            [.. all.Select(image => new DatasetImage(image.Source, image.Index, image.Label is null ? DatasetImage.NoClass : indices[image.Label], image.Split))], classes, notes);
    }
}
