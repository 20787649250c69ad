using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>A text file with a path a line, or a path and a label behind a tab or a blank. Empty lines and those that begin with '#' are none.</summary>
internal static class ListFile
{
    private static readonly string[] Extensions = [".txt", ".lst", ".list"];

    /// <summary>Reads the list.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        if (tree is not FolderTree { IsSingleFile: true } || !Extensions.Contains(Path.GetExtension(tree.Names[0]).ToLowerInvariant()))
            return null;
        string folder = Path.GetDirectoryName(tree.NameOf(0))!;
        ListedImage[] images = [.. tree.ReadLines(0).Where(line => !line.StartsWith('#')).Select(line => Parse(line, folder))];
        return images.Length == 0
            ? throw new InvalidDataException($"'{tree.NameOf(0)}' names no image: it must have a path a line, a label behind it as may be.")
            : ListedImages.Contents(tree, images);
    }

    /// <summary>Paths may hold blanks: a line is a path as a whole where such a file exists, and only then a path and a label.</summary>
    private static ListedImage Parse(string line, string folder)
    {
        int end = line.IndexOf('\t', StringComparison.Ordinal);
        if (end < 0 && !File.Exists(Path.Combine(folder, line)))
            end = line.LastIndexOf(' ');
        return end < 0 ? new ListedImage(line, "", Split.Train) : new ListedImage(line[..end].TrimEnd(), line[(end + 1)..].Trim(), Split.Train);
    }
}
