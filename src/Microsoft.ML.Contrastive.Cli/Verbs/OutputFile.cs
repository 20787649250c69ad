namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>A file that a verb writes when all is done: whether it will be able to is found out before.</summary>
internal static class OutputFile
{
    /// <summary>The file's full path.</summary>
    /// <param name="path">What was typed behind <c>--output</c>.</param>
    /// <param name="extensions">What it may end in.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="option">What named it, for errors.</param>
    /// <exception cref="UsageException">It has another extension, is a folder, is in none, or exists.</exception>
    /// <exception cref="IOException">No file can be written there.</exception>
    public static string Require(string path, IReadOnlyCollection<string> extensions, bool overwrite, string option = "--output")
    {
        string file = Path.GetFullPath(path);
        if (!extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            throw new UsageException($"{option}: '{file}' must end in {string.Join(", ", extensions)}: the extension says what is written.");
        if (Directory.Exists(file) || !Directory.Exists(Path.GetDirectoryName(file)))
            throw new UsageException($"{option}: '{file}' is no file in a folder that exists.");
        if (File.Exists(file) && !overwrite)
            throw new UsageException($"{option}: '{file}' exists. Replace it by --overwrite, or choose another name.");
        try
        {
            RequireWritable(file + ".probe");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option}: '{file}' cannot be written: {error.Message} Choose another folder.", error);
        }

        return file;
    }

    /// <summary>Makes a file and deletes it.</summary>
    public static void RequireWritable(string probe)
    {
        // A full disk takes a file without content.
        using var file = new FileStream(probe, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.DeleteOnClose });
        file.WriteByte(0);
    }
}
