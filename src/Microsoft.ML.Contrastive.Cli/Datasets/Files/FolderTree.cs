using System.IO.Enumeration;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>Files on the disk.</summary>
internal sealed class FolderTree : FileTree
{
    private readonly List<SafeFileHandle> _handles = [];

    /// <summary>Some files of a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="names">Names relative to it, or full paths.</param>
    /// <param name="options">What files may cost.</param>
    public FolderTree(string root, IEnumerable<string> names, DatasetOptions options)
        : base(root, options) => SetNames([.. names.Order(StringComparer.Ordinal)]);

    /// <summary>Whether one file was named, not a folder.</summary>
    public bool IsSingleFile { get; init; }

    /// <summary>All files below a folder but hidden ones.</summary>
    /// <exception cref="InvalidDataException">There are more than the options allow.</exception>
    /// <exception cref="UnauthorizedAccessException">It or a folder in it may not be read.</exception>
    public static FolderTree List(string root, DatasetOptions options)
    {
        int hidden = 0;
        var found = new FileSystemEnumerable<string>(
            root, (ref entry) => Path.GetRelativePath(root, entry.ToFullPath()).Replace('\\', '/'),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && !IsHidden(ref entry, ref hidden),
            ShouldRecursePredicate = (ref entry) => !entry.IsHidden && !ArchiveListing.IsHidden(entry.FileName) && ImageFolder.IsEntered(ref entry),
        };
        var names = new List<string>();
        try
        {
            foreach (string name in found)
            {
                if (names.Count == options.MaximumEntries)
                    throw new InvalidDataException($"'{root}' holds more than {options.MaximumEntries} files. Name a folder further down.");
                options.Cancellation.ThrowIfCancellationRequested();
                names.Add(name);
            }
        }
        catch (UnauthorizedAccessException error)
        {
            throw ImageFolder.Forbidden(error);
        }

        var tree = new FolderTree(root, names, options);
        if (hidden > 0)
            tree.Notes.Add($"{hidden} hidden {(hidden == 1 ? "file was" : "files were")} left out.");
        return tree;
    }

    /// <inheritdoc/>
    public override bool IsOnDisk => true;

    /// <inheritdoc/>
    public override byte[] ReadAll(int file)
    {
        string path = NameOf(file);
        long length = new FileInfo(path).Length;
        if (length > Options.MaximumFileBytes)
            throw new InvalidDataException($"'{path}' has {length} bytes, more than the {Options.MaximumFileBytes} that a file may have that is read as a whole.");

        // Length 0 is what pipes and devices have, too: reading one may never end.
        return length == 0 ? [] : File.ReadAllBytes(path);
    }

    /// <inheritdoc/>
    public override ByteRange Open(int file)
    {
        string path = NameOf(file);
        if (Gzip.IsPacked(Head(path, 2)))
        {
            using FileStream packed = File.OpenRead(path);
            return ByteRange.InMemory(Gzip.Unpack(packed, path, packed.Length, Options), path);
        }

        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        lock (_handles)
            _handles.Add(handle);
        return ByteRange.OfFile(handle, 0, RandomAccess.GetLength(handle), path);
    }

    /// <inheritdoc/>
    public override byte[] Head(int file, int length)
    {
        try
        {
            return Head(NameOf(file), length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public override string NameOf(int file) => Path.GetFullPath(Path.Combine(Root, Folder + Names[file]));

    /// <inheritdoc/>
    public override string ShortNameOf(int file) => Folder + Names[file];

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SafeFileHandle handle in _handles)
            handle.Dispose();
    }

    private static bool IsHidden(ref FileSystemEntry entry, ref int hidden)
    {
        bool isHidden = entry.IsHidden || ArchiveListing.IsHidden(entry.FileName);
        hidden += isHidden ? 1 : 0;
        return isHidden;
    }
}
