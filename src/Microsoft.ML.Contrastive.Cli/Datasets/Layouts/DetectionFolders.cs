using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>Data sets for detection, as images without labels: an image of theirs shows several things. Masks, which are image files too, are left out.</summary>
internal static partial class DetectionFolders
{
    /// <summary>COCO: <c>train2017</c>, <c>val2017</c>, <c>test2017</c>, <c>unlabeled2017</c> or another year, or below <c>images</c>.</summary>
    public static DatasetContents? ReadCoco(FileTree tree) => Contents(tree, name =>
        CocoImage().Match(name) is { Success: true } match ? Split.Parse(match.Groups[1].Value) : null);

    /// <summary>Pascal VOC: <c>JPEGImages</c>, and the splits of <c>ImageSets/Main</c> where there are such files.</summary>
    public static DatasetContents? ReadVoc(FileTree tree)
    {
        var splits = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((int file, string name) in tree.Names.Index())
        {
            if (VocList().Match(name) is not { Success: true } match)
                continue;
            foreach (string line in tree.ReadLines(file))
                splits[match.Groups[1].Value + line.Split(' ')[0]] = match.Groups[2].Value;
        }

        return Contents(tree, name => VocImage().Match(name) is { Success: true } match
            ? splits.GetValueOrDefault(match.Groups[1].Value + match.Groups[2].Value, Split.Train)
            : null);
    }

    private static DatasetContents? Contents(FileTree tree, Func<string, string?> splitOf)
    {
        DatasetImage[] images = [.. tree.Images.Files
            .Select(file => (File: file, Split: splitOf(tree.Names[file])))
            .Where(image => image.Split is not null)
            .Select(image => new DatasetImage(tree.Images, image.File, DatasetImage.NoClass, image.Split!))];
        if (images.Length == 0)
            return null;
        int others = tree.Images.Files.Length - images.Length;
        return new DatasetContents(images, [], others == 0 ? [] : [$"{others} image files elsewhere, such as masks, were left out."]);
    }

    [GeneratedRegex(@"^(?:images/)?(train|val|test|unlabeled)\d{4}/[^/]+$", RegexOptions.CultureInvariant)]
    private static partial Regex CocoImage();

    [GeneratedRegex(@"^(.*/|)JPEGImages/([^/]+)\.[^/.]+$", RegexOptions.CultureInvariant)]
    private static partial Regex VocImage();

    [GeneratedRegex(@"^(.*/|)ImageSets/Main/(train|val|test)\.txt$", RegexOptions.CultureInvariant)]
    private static partial Regex VocList();
}
