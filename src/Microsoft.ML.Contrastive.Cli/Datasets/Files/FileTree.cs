using System.Collections.Concurrent;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>Files below one place, be it a folder or an archive, which is read without being unpacked: names and contents. Reading is safe for several threads.</summary>
internal abstract class FileTree : IDisposable
{
    private const int TarMagicAt = 257;

    /// <summary>Lists nothing yet: a derived class ends its constructor with <see cref="SetNames"/>.</summary>
    protected FileTree(string root, DatasetOptions options) => (Root, Options) = (root, options);

    /// <summary>Full path of the folder or the archive.</summary>
    public string Root { get; }

    /// <summary>What files may cost.</summary>
    public DatasetOptions Options { get; }

    /// <summary>Names relative to <see cref="Folder"/>, with '/', in ordinal order. Hidden files are not among them.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>The folder that all files are in, relative to <see cref="Root"/>, with '/' at its end: archives mostly hold one folder with everything. Empty when there is none.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>The image files among them.</summary>
    public EncodedImages Images => field ??= new EncodedImages(this);

    /// <summary>What was left out, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Names of the images that could not be decoded so far.</summary>
    public ConcurrentDictionary<string, byte> Unreadable { get; } = new(StringComparer.Ordinal);

    /// <summary>Names and EXIF orientations of the images read from an archive so far that ask to be turned; those on the disk are the trainer's to count.</summary>
    public ConcurrentDictionary<string, int> Turned { get; } = new(StringComparer.Ordinal);

    /// <summary>Opens a folder, an archive or a single file, by its content.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="InvalidDataException">It cannot be read, or is larger than the options allow.</exception>
    public static FileTree Open(string path, DatasetOptions options)
    {
        if (Directory.Exists(path))
            return OnlyArchive(path) is { } only && OpenArchive(only, options) is { } inFolder ? inFolder : FolderTree.List(path, options);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
        return OpenArchive(path, options) as FileTree ?? new FolderTree(Path.GetDirectoryName(path)!, [Path.GetFileName(path)], options) { IsSingleFile = true };
    }

    /// <summary>A folder that holds one file and nothing else may stand for it: downloads lie like that.</summary>
    private static string? OnlyArchive(string folder)
    {
        string[] entries = [.. Directory.EnumerateFileSystemEntries(folder).Where(entry => !ArchiveListing.IsHidden(Path.GetFileName(entry))).Take(2)];
        return entries is [var only] && File.Exists(only) ? only : null;
    }

    /// <returns>Null when the file is no archive.</returns>
    private static ArchiveTree? OpenArchive(string path, DatasetOptions options)
    {
        byte[] head = Head(path);
        if (head.AsSpan().StartsWith("PK"u8) && head.Length > 3 && head[2] is 3 or 5 or 7)
            return new ArchiveTree(path, path, ZipIndex.Read, options);
        if (IsTar(head) || path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            return new ArchiveTree(path, path, TarIndex.Read, options);
        if (Gzip.IsPacked(head) && IsTar(Gzip.Head(path, TarMagicAt + 5)))
            return new ArchiveTree(path, UnpackedTars.Get(path, options), TarIndex.Read, options);
        string? other = head switch
        {
            [0xFD, (byte)'7', (byte)'z', ..] => "xz",
            [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstd",
            [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => "7z",
            [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] => "rar",
            _ => null,
        };
        return other is null
            ? null
            : throw new InvalidDataException($"'{path}' is compressed with {other}, which is not read here; zip, tar and tar.gz are. Unpack it and name the folder.");
    }

    /// <summary>Index of a file.</summary>
    /// <returns>Negative when there is none of that name.</returns>
    public int IndexOf(string name)
    {
        int low = 0, high = Names.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2, order = string.CompareOrdinal(Names[middle], name);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>Text of a file.</summary>
    public string ReadText(int file) => new StreamReader(new MemoryStream(ReadAll(file)), Encoding.UTF8).ReadToEnd();

    /// <summary>Lines of a file, without the empty ones.</summary>
    public string[] ReadLines(int file) => ReadText(file).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Content of a file.</summary>
    /// <exception cref="InvalidDataException">It is larger than the options allow, or damaged.</exception>
    public abstract byte[] ReadAll(int file);

    /// <summary>The content of a file for reading anywhere in it. What is compressed is unpacked into memory.</summary>
    public abstract ByteRange Open(int file);

    /// <summary>The first bytes of a file, fewer where it is shorter; none where that would be dear.</summary>
    public abstract byte[] Head(int file, int length);

    /// <summary>Whether <see cref="NameOf"/> is the path of a file.</summary>
    public abstract bool IsOnDisk { get; }

    /// <summary>What a file is called towards the user: a path, or the archive and the name in it.</summary>
    public abstract string NameOf(int file);

    /// <summary>As <see cref="NameOf"/>, but of a file on the disk only what is below <see cref="Root"/>.</summary>
    public abstract string ShortNameOf(int file);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The first bytes of a file on the disk.</summary>
    protected static byte[] Head(string path, int length = TarMagicAt + 5)
    {
        // Length 0 is what pipes and devices have, too: opening one may wait for ever.
        if (new FileInfo(path).Length == 0)
            return [];
        using FileStream stream = File.OpenRead(path);
        byte[] head = new byte[length];
        return head[..stream.ReadAtLeast(head, length, throwOnEndOfStream: false)];
    }

    /// <summary>Takes the names, ordered, and moves into the one folder that holds everything.</summary>
    protected void SetNames(string[] ordered)
    {
        Folder = CommonFolder(ordered);
        Names = Folder.Length == 0 ? ordered : [.. ordered.Select(name => name[Folder.Length..])];
    }

    /// <summary>The folder or folders, with '/' at the end, that all of some names begin with; one that names a split or a class without labels means something and is not among them.</summary>
    public static string CommonFolder(IReadOnlyList<string> names)
    {
        int length = 0;
        if (names.Count == 0)
            return "";
        while (names[0].IndexOf('/', length) is var slash and > 0
            && Split.Parse(names[0][length..slash]) is null
            && names.All(name => name.AsSpan().StartsWith(names[0].AsSpan(0, slash + 1))))
        {
            length = slash + 1;
        }

        return names[0][..length];
    }

    private static bool IsTar(ReadOnlySpan<byte> head) => head.Length >= TarMagicAt + 5 && head[TarMagicAt..].StartsWith("ustar"u8);
}
