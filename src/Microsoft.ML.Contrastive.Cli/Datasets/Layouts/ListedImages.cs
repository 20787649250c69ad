using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>An image that a list names.</summary>
/// <param name="Path">Full, or relative to the folder of the list.</param>
/// <param name="Label">Its class; none when empty.</param>
/// <param name="Split">One of <see cref="Datasets.Split.All"/>.</param>
internal sealed record ListedImage(string Path, string Label, string Split);

/// <summary>Images on the disk that a list names.</summary>
internal static class ListedImages
{
    private const int Named = 3;

    /// <summary>The images that exist.</summary>
    /// <param name="list">The folder with the list.</param>
    /// <param name="images">What it names.</param>
    /// <exception cref="InvalidDataException">None exists, or one does not and broken images are refused.</exception>
    public static DatasetContents Contents(FileTree list, IReadOnlyList<ListedImage> images)
    {
        string root = Path.GetDirectoryName(list.NameOf(0))!;
        var byPath = new Dictionary<string, ListedImage>(StringComparer.Ordinal);
        var missing = new List<string>();
        int repeated = 0;
        foreach (ListedImage image in images)
        {
            list.Options.Cancellation.ThrowIfCancellationRequested();
            string path = Path.GetFullPath(Path.Combine(root, image.Path));
            if (!File.Exists(path))
                missing.Add(image.Path);
            else if (!byPath.TryAdd(path, image))
                repeated++;
        }

        var notes = new List<string>();
        if (missing.Count > 0)
        {
            string first = $"'{string.Join("', '", missing.Take(Named))}'{(missing.Count > Named ? ", …" : "")}";
            string said = $"{missing.Count} of the {images.Count} images that '{list.NameOf(0)}' names are not there: {first}. Relative paths start at the folder of the list.";
            if (byPath.Count == 0 || list.Options.BrokenImages == BrokenImages.Refuse)
                throw new InvalidDataException(said);
            notes.Add(said);
        }

        if (repeated > 0)
            notes.Add($"{repeated} images are named more than once: the first line of each counts.");
        var tree = new FolderTree(root, byPath.Keys, list.Options);
        return DatasetContents.FromLabels(Enumerable.Range(0, tree.Names.Count).Select(file =>
        {
            ListedImage image = byPath[tree.NameOf(file)];
            return ((ImageSource)tree.Images, file, image.Label.Length == 0 ? null : image.Label, image.Split);
        }), notes) with
        { Tree = tree };
    }
}
