namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>A file in an archive.</summary>
/// <param name="Offset">Where its bytes are in the archive; in a zip, where its header is, which the bytes follow.</param>
/// <param name="PackedLength">Number of bytes in the archive.</param>
/// <param name="Length">Number of bytes of the file, as the archive says.</param>
/// <param name="Checksum">Checksum of the file, in a zip, where a header is at <paramref name="Offset"/>; null in a tar.</param>
internal readonly record struct ArchiveEntry(long Offset, long PackedLength, long Length, uint? Checksum);

/// <summary>The files of an archive while they are listed: what has no business there is left out and counted.</summary>
internal sealed class ArchiveListing(string archive, DatasetOptions options)
{
    private readonly SortedDictionary<string, (int Count, string First)> _leftOut = new(StringComparer.Ordinal);
    private int _seen;

    /// <summary>Files by name.</summary>
    public Dictionary<string, ArchiveEntry> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What was left out, a sentence each.</summary>
    public IEnumerable<string> Notes => [.. Remarks, .. _leftOut.Select(group => $"{group.Value.Count} {group.Key} left out; the first: '{group.Value.First}'.")];

    /// <summary>What else is to be said about the archive.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Files and folders of other programs: previews, checkpoints, resource forks.</summary>
    public static bool IsHidden(ReadOnlySpan<char> part) => part is ['.', ..] || part is "__MACOSX" or "Thumbs.db" or "desktop.ini";

    /// <summary>Takes note of an entry of any kind.</summary>
    /// <exception cref="InvalidDataException">There are too many.</exception>
    public void Count()
    {
        options.Cancellation.ThrowIfCancellationRequested();
        if (++_seen > options.MaximumEntries)
            throw new InvalidDataException($"'{archive}' has more than {options.MaximumEntries} entries. Unpack it and name the folder, or split it.");
    }

    /// <summary>Takes note of an entry that is no file to read.</summary>
    /// <param name="kind">What it is, in plural and with its verb: "links were".</param>
    /// <param name="name">Its name.</param>
    public void LeaveOut(string kind, string name)
    {
        (int count, string first) = _leftOut.GetValueOrDefault(kind, (0, name.Length > 100 ? name[..100] + "…" : name));
        _leftOut[kind] = (count + 1, first);
    }

    /// <summary>Takes a file; of several of one name the last counts, as when unpacking.</summary>
    public void Add(string name, ArchiveEntry entry)
    {
        string clean = name.Replace('\\', '/');
        while (clean.StartsWith("./", StringComparison.Ordinal))
            clean = clean[2..];
        string[] parts = clean.Split('/');
        if (clean.Length == 0 || parts[^1].Length == 0)
            return; // a folder
        if (parts.Any(part => part is "" or "." or "..") || clean.Contains('\0', StringComparison.Ordinal) || clean is [_, ':', ..])
            LeaveOut("entries whose name is absolute or leads outside were", name);
        else if (parts.Any(part => IsHidden(part)))
            LeaveOut("hidden files were", name);
        else if (!Files.TryAdd(clean, entry))
        {
            Files[clean] = entry;
            LeaveOut("files that a later one of the same name replaces were", name);
        }
    }
}
