using System.Security.Cryptography;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Files;

/// <summary>
/// Compressed tars, unpacked once: gzip can be read from its begin only, and training wants any image at any time. What is kept is the tar, not its files, so that nothing in it
/// is ever written under a name of its choosing.
/// </summary>
internal static class UnpackedTars
{
    private const int SampleLength = 1 << 20, HashDigits = 32, KeptFiles = 16;

    /// <summary>Where they are kept: <c>$XDG_CACHE_HOME</c>, else the user's cache folder.</summary>
    public static string DefaultFolder
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (!Path.IsPathRooted(cache))
            {
                cache = OperatingSystem.IsWindows()
                    ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            }

            return Path.Combine(cache, "microsoft-ml-contrastive", "datasets");
        }
    }

    /// <summary>The unpacked tar of a compressed one.</summary>
    /// <returns>Path of a file that belongs to the cache.</returns>
    /// <exception cref="InvalidDataException">It is damaged, cut off, or larger than the options allow.</exception>
    public static string Get(string path, DatasetOptions options)
    {
        string folder = options.CacheFolder ?? DefaultFolder;
        using FileStream packed = File.OpenRead(path);
        string unpacked = Path.Combine(folder, Key(packed) + ".tar");
        if (File.Exists(unpacked))
        {
            Touch(unpacked);
            return unpacked;
        }

        CreateFolder(folder);
        options.Announce?.Invoke($"Unpacking '{path}' once, to '{unpacked}'. That file may be deleted at any time.");
        string aside = Path.Combine(folder, $".{Guid.NewGuid():N}");
        try
        {
            packed.Position = 0;
            using (FileStream stream = File.Create(aside))
                Gzip.Unpack(packed, stream, path, packed.Length, options.MaximumUnpackedBytes, options);
            File.Move(aside, unpacked, overwrite: true);
        }
        catch (IOException error)
        {
            throw new IOException($"'{path}' could not be unpacked to '{folder}': {error.Message.TrimEnd('.')}. Make room there, or name another folder in XDG_CACHE_HOME.", error);
        }
        finally
        {
            File.Delete(aside);
        }

        RemoveOldest(folder);
        return unpacked;
    }

    /// <summary>Identity of a content: its length, its begin and its end, which has a checksum of the whole; reading all of it would take minutes where the archive is large.</summary>
    private static string Key(FileStream packed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] sample = new byte[SampleLength];
        hash.AppendData(BitConverter.GetBytes(packed.Length));
        foreach (long at in (long[])[0, Math.Max(0, packed.Length - SampleLength)])
        {
            packed.Position = at;
            hash.AppendData(sample, 0, packed.ReadAtLeast(sample, SampleLength, throwOnEndOfStream: false));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashDigits];
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Keeps the files that were asked for last. A process that still reads one is not disturbed where the system lets open files go, and keeps it where not.</summary>
    private static void RemoveOldest(string folder)
    {
        foreach (FileInfo old in new DirectoryInfo(folder).GetFiles("*.tar").OrderByDescending(file => file.LastWriteTimeUtc).Skip(KeptFiles))
        {
            try
            {
                old.Delete();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    private static void Touch(string file)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
}
