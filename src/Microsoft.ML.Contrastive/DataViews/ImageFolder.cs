using System.IO.Enumeration;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>The images below a folder, in an order that does not depend on the file system.</summary>
internal static class ImageFolder
{
    /// <summary>Extensions that are read, in lower case: the formats that the decoder knows.</summary>
    public static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    /// <summary>Finds all images.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recursive">Whether folders in the folder are searched as well.</param>
    /// <returns>Files with their labels, ordered by their path relative to the folder, by code units.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">No image is in it.</exception>
    public static ImageFile[] Find(string path, bool recursive)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string root = Path.GetFullPath(path);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException(File.Exists(root)
                ? $"'{root}' is a file. Name the folder that the images are in."
                : $"There is no folder '{root}'.");
        }

        // Hidden files are left out (the enumeration's default): previews and checkpoints that other programs leave behind.
        var files = new FileSystemEnumerable<string>(root, (ref entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = recursive })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString().ToLowerInvariant()),
            ShouldRecursePredicate = (ref entry) => !LeadsUp(ref entry),
        };
        ImageFile[] found = [.. files.Select(file => new ImageFile(file, Path.GetRelativePath(root, file).Replace('\\', '/')))];
        if (found.Length == 0)
        {
            throw new InvalidOperationException(
                $"The folder '{root}' holds no image with one of the extensions {string.Join(", ", Extensions)}{(recursive ? ", nor does a folder in it" : "; folders in it were not searched (recursive: false)")}. Name the folder that the images or the class folders are in, or convert the images.");
        }

        Array.Sort(found, (a, b) => string.CompareOrdinal(a.RelativePath, b.RelativePath));
        return found;
    }

    /// <summary>A link to a folder that the link itself is in would be followed round and round.</summary>
    private static bool LeadsUp(ref FileSystemEntry entry)
    {
        if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return false;
        string link = entry.ToFullPath();
        return new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true) is not { } target
            || link.StartsWith(Path.TrimEndingDirectorySeparator(target.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}

/// <summary>An image file.</summary>
/// <param name="Path">Full path.</param>
/// <param name="RelativePath">Path below the folder that was searched, with '/' on every system.</param>
internal sealed record ImageFile(string Path, string RelativePath)
{
    /// <summary>The first folder of the relative path: the class, as in most image data sets. Empty for an image directly in the folder.</summary>
    public string Label { get; } = RelativePath.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? RelativePath[..slash] : "";
}
