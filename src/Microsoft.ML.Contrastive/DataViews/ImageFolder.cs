using System.IO.Enumeration;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>The images below a folder, in an order that does not depend on the file system.</summary>
internal static class ImageFolder
{
    /// <summary>Extensions that are read, in lower case: the formats that the decoder knows.</summary>
    public static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    /// <summary>Whether a file's name says that it is an image.</summary>
    public static bool HasExtension(ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> extension = Path.GetExtension(name);
        foreach (string known in Extensions)
        {
            if (extension.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether a folder is searched: not what a file system keeps for itself, and not a link to a folder that the link is in, or to none, which would be followed round and round.</summary>
    public static bool IsEntered(ref FileSystemEntry entry)
    {
        if (entry.FileName is "lost+found")
            return false;
        if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return true;
        string link = entry.ToFullPath();
        return new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true) is { } target
            && !link.StartsWith(Path.TrimEndingDirectorySeparator(target.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <summary>That a folder may not be searched: an error, since its images would be missing without a word.</summary>
    /// <param name="cause">Names the folder.</param>
    public static UnauthorizedAccessException Forbidden(UnauthorizedAccessException cause) =>
        new($"{cause.Message} Its images would be missing: get the right to read it, or move it elsewhere.", cause);

    /// <summary>The images of a folder as data.</summary>
    /// <param name="env">Where to say which files were left out.</param>
    /// <param name="path">The folder.</param>
    /// <param name="options">Where to look, and whether to check.</param>
    public static IDataView Load(IHostEnvironment env, string path, ImageFolderOptions options)
    {
        ImageFile[] files = Find(path, options.Recursive);
        return new ImageFolderDataView(options.Validate ? Usable(env, path, files) : files);
    }

    /// <summary>Finds all images.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recursive">Whether folders in the folder are searched as well.</param>
    /// <returns>Files with their labels, ordered by their path relative to the folder, by code units.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">No image is in it.</exception>
    /// <exception cref="UnauthorizedAccessException">It or a folder in it may not be read.</exception>
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
        var files = new FileSystemEnumerable<string>(root, (ref entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = recursive, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && HasExtension(entry.FileName),
            ShouldRecursePredicate = (ref entry) => IsEntered(ref entry),
        };
        int below = Path.EndsInDirectorySeparator(root) ? root.Length : root.Length + 1;
        ImageFile[] found;
        try
        {
            found = [.. files.Select(file => new ImageFile(file, file[below..].Replace('\\', '/')))];
        }
        catch (UnauthorizedAccessException error)
        {
            throw Forbidden(error);
        }

        if (found.Length == 0)
        {
            throw new InvalidOperationException(
                $"The folder '{root}' holds no image with one of the extensions "
                    + $"{string.Join(", ", Extensions)}{(recursive ? ", nor does a folder in it" : "; folders in it were not searched (recursive: false)")}. Name the folder that "
                    + "the images or the class folders are in, or convert the images.");
        }

        Array.Sort(found, (a, b) => string.CompareOrdinal(a.RelativePath, b.RelativePath));
        return found;
    }

    /// <summary>Decodes every file once and leaves out those that cannot be used.</summary>
    private static ImageFile[] Usable(IHostEnvironment env, string path, ImageFile[] files)
    {
        var inspector = new ImageInspector();
        var turned = new OrientationTally();
        var inspections = new ImageInspection[files.Length];
        Parallel.For(0, files.Length, i => inspections[i] = inspector.InspectPixels(files[i].Path));

        using IChannel channel = env.Register(nameof(ContrastiveCatalog.LoadImagesFromFolder)).Start(nameof(ImageFolderOptions.Validate));
        foreach (ImageInspection inspection in inspections)
        {
            if (inspection.IsUsable)
                turned.Add(inspection);
            else
                channel.Warning(MessageSensitivity.UserData, "{0}", $"Left out: '{inspection.Path}' {inspection.Problem}.");
        }

        ImageFile[] usable = [.. files.Where((_, i) => inspections[i].IsUsable)];
        channel.Info(MessageSensitivity.UserData, "{0}", $"'{path}': {usable.Length} images can be used, {files.Length - usable.Length} were left out.");
        if (turned.Warning is { } warning)
            channel.Warning(MessageSensitivity.UserData, "{0}", warning);
        if (usable.Length == 0)
        {
            ImageInspection first = inspections[0];
            throw new InvalidOperationException(
                $"None of the {files.Length} images in '{path}' can be used. The first: '{first.Path}' {first.Problem}. The log names the others.");
        }

        return usable;
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
