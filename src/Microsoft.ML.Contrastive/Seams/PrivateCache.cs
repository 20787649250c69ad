using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// Files that this user's processes share and nobody else can touch: named by their content, written aside and renamed, so that any number of processes
/// may publish the same file at once. A folder that somebody else owns or may write to is refused: what lies there gets loaded as code.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class PrivateCache
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Where such files may lie, best first: the user's cache folder, then one below the folder for temporary files.</summary>
    public static IEnumerable<string> Folders()
    {
        const string Name = "microsoft-ml-contrastive";
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        // The XDG base directory specification has relative paths ignored.
        if (Path.IsPathRooted(cache))
            yield return Path.Combine(cache, Name);
        else if (Path.IsPathRooted(home))
            yield return Path.Combine(home, ".cache", Name);
        yield return Path.Combine(Path.GetTempPath(), $"{Name}-{GetEffectiveUser()}");
    }

    /// <summary>Puts a file into a folder, unless it is there already.</summary>
    /// <param name="folder">The folder, made with access for its owner only where it does not exist.</param>
    /// <param name="name">Begin of the file's name; a hash of the content and <paramref name="extension"/> follow.</param>
    /// <param name="extension">End of the file's name, with its dot.</param>
    /// <param name="content">The content.</param>
    /// <returns>The file's full path.</returns>
    /// <exception cref="UnauthorizedAccessException">Others could write to the file, the folder or one above it.</exception>
    public static string Publish(string folder, string name, string extension, byte[] content)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder, OwnerOnly);
        RefuseForeign(folder);

        string path = Path.Combine(folder, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(content)).AsSpan(0, 32)}{extension}");
        if (IsOwnFile(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return path;

        string aside = Path.Combine(folder, $".{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
            using (var stream = new FileStream(aside, options))
                stream.Write(content);
            // One step for everybody who looks: they see no file, or all of it. A link of that name is replaced, not followed.
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }

        return path;
    }

    /// <summary>Throws where somebody else than the user and root could put other files in this folder's place.</summary>
    private static void RefuseForeign(string folder)
    {
        Entry own = Entry.Of(folder, followLink: false);
        if (!own.IsFolder || own.Owner != GetEffectiveUser() || (own.Mode & WritableByOthers) != 0)
            throw new UnauthorizedAccessException($"'{folder}' is not a folder that belongs to the current user alone.");
        for (string? above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            Entry entry = Entry.Of(above, followLink: true);
            bool othersMayReplace = (entry.Mode & WritableByOthers) != 0 && (entry.Mode & UnixFileMode.StickyBit) == 0;
            if ((entry.Owner != 0 && entry.Owner != GetEffectiveUser()) || othersMayReplace)
                throw new UnauthorizedAccessException($"'{folder}' lies in '{above}', which others may change.");
        }
    }

    private static bool IsOwnFile(string path)
    {
        if (!Entry.TryOf(path, followLink: false, out Entry entry))
            return false;
        return entry.IsFile && entry.Owner == GetEffectiveUser() && (entry.Mode & WritableByOthers) == 0;
    }

    /// <summary>What the file system says of a path. .NET tells the mode but not the owner.</summary>
    private readonly record struct Entry(uint Owner, uint TypeAndMode)
    {
        private const int CurrentFolder = -100, NoFollow = 0x100;
        private const uint BasicFields = 0x7ff;

        public bool IsFolder => (TypeAndMode & 0xf000) == 0x4000;

        public bool IsFile => (TypeAndMode & 0xf000) == 0x8000;

        public UnixFileMode Mode => (UnixFileMode)(TypeAndMode & 0xfff);

        public static Entry Of(string path, bool followLink) =>
            TryOf(path, followLink, out Entry entry) ? entry : throw new UnauthorizedAccessException($"'{path}' cannot be examined.");

        public static bool TryOf(string path, bool followLink, out Entry entry)
        {
            // struct statx has one layout on every architecture: uid at 20, mode at 28, 256 bytes in all.
            Span<byte> buffer = stackalloc byte[256];
            bool found = StatX(CurrentFolder, path, followLink ? 0 : NoFollow, BasicFields, buffer) == 0;
            entry = new Entry(MemoryMarshal.Read<uint>(buffer[20..]), MemoryMarshal.Read<ushort>(buffer[28..]));
            return found;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> buffer);
}
