using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>Image files in folders that mean splits, classes or nothing.</summary>
internal static class ImageFolders
{
    /// <summary>A folder for each split, with images or class folders.</summary>
    public static DatasetContents? ReadSplits(FileTree tree)
    {
        var images = tree.Images.Files.Select(file => (File: file, Parts: tree.Names[file].Split('/'))).ToList();
        var inSplits = images.Where(image => image.Parts.Length > 1 && Split.Parse(image.Parts[0]) is not null).ToList();
        string[] splits = [.. inSplits.Select(image => Split.Parse(image.Parts[0])!).Distinct()];
        if (!splits.Contains(Split.Train) && (inSplits.Count < images.Count || inSplits.Count == 0))
            return null;

        List<string> notes = tree.Images.Note is { } note ? [note] : [];
        if (inSplits.Count < images.Count)
            notes.Add($"{images.Count - inSplits.Count} images outside of the folders of splits were left out; the first: '{tree.NameOf(images.Except(inSplits).First().File)}'.");
        HashSet<string> trained = [.. inSplits.Where(image => image.Parts.Length > 2 && Split.Parse(image.Parts[0]) == Split.Train).Select(image => image.Parts[1])];
        HashSet<string> onlyFolders = [.. inSplits.Where(image => image.Parts.Length > 2).GroupBy(image => image.Parts[0], image => image.Parts[1])
            .Where(split => split.Distinct().Count() == 1 && !trained.Contains(split.First())).Select(split => split.Key)];
        if (onlyFolders.Count > 0)
            notes.Add($"{string.Join(", ", onlyFolders.Order(StringComparer.Ordinal))}: the only folder in it is no class of train; its images were taken as images without a label.");
        return Labelled(tree, inSplits.Select(image =>
        {
            string split = Split.Parse(image.Parts[0])!;
            string? label = image.Parts.Length > 2 && !onlyFolders.Contains(image.Parts[0]) ? image.Parts[1] : null;
            bool isUnlabelled = split == Split.Unlabeled || (label is not null && Split.Parse(label) == Split.Unlabeled);
            return (image.File, isUnlabelled ? null : label, isUnlabelled ? Split.Unlabeled : split);
        }), notes);
    }

    /// <summary>A folder for each class; one that is called <c>unlabeled</c> is none.</summary>
    public static DatasetContents? ReadClasses(FileTree tree)
    {
        string folder = FileTree.CommonFolder([.. tree.Images.Files.Select(file => tree.Names[file])]);
        List<(int File, string? Label, string Split)> images = [.. tree.Images.Files.Select(file =>
        {
            string name = tree.Names[file][folder.Length..];
            string? label = name.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? name[..slash] : null;
            bool isUnlabelled = label is not null && Split.Parse(label) == Split.Unlabeled;
            return (file, isUnlabelled ? null : label, isUnlabelled ? Split.Unlabeled : Split.Train);
        })];
        if (images.Select(image => image.Label).OfType<string>().Distinct().Take(2).Count() < 2)
            return null;

        List<string> notes = tree.Images.Note is { } note ? [note] : [];
        int beside = images.Count(image => image is { Label: null, Split: Split.Train });
        if (beside > 0)
            notes.Add($"{beside} images lie beside the class folders: they were taken as images without a label.");
        return Labelled(tree, images, notes);
    }

    /// <summary>Images without labels, wherever they are.</summary>
    public static DatasetContents? ReadFlat(FileTree tree)
    {
        if (tree.Images.Files.Length == 0)
            return null;
        List<string> notes = tree.Images.Note is { } note ? [note] : [];
        string[] folders = [.. tree.Images.Files.Select(file => Path.GetDirectoryName(tree.Names[file])!).Where(folder => folder.Length > 0).Distinct()];
        if (folders.Length > 0)
            notes.Add($"The folder{(folders.Length == 1 ? $" '{folders[0]}' was" : "s in it were")} not taken for classes: images without labels.");
        return DatasetContents.FromLabels(tree.Images.Files.Select(file => ((ImageSource)tree.Images, file, (string?)null, Split.Train)), notes);
    }

    private static DatasetContents Labelled(FileTree tree, IEnumerable<(int File, string? Label, string Split)> images, List<string> notes)
    {
        DatasetContents contents = DatasetContents.FromLabels(images.Select(image => ((ImageSource)tree.Images, image.File, image.Label, image.Split)), notes);
        if (contents.ClassNames is not [var only])
            return contents;
        notes.Add($"'{only}' is the only class folder: one class is none, its images were taken as images without a label.");
        return new DatasetContents([.. contents.Images.Select(image => image with { Class = DatasetImage.NoClass })], [], notes);
    }
}
