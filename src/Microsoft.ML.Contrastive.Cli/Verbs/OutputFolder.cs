namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>A folder that a verb writes files into when all is done: whether it will be able to is found out before, and it gets all of them or none.</summary>
internal static class OutputFolder
{
    /// <summary>The folder's full path. It is not made yet.</summary>
    /// <param name="path">What was typed behind <c>--output</c>.</param>
    /// <param name="overwrite">Whether files of the same names may be replaced.</param>
    /// <exception cref="UsageException">It is a file, or holds something.</exception>
    /// <exception cref="IOException">Files cannot be written there.</exception>
    public static string Require(string path, bool overwrite)
    {
        string folder = Path.GetFullPath(path);
        if (File.Exists(folder))
            throw new UsageException($"--output: '{folder}' is a file. Name a folder.");
        bool isNew = !Directory.Exists(folder);
        if (!isNew && Directory.EnumerateFileSystemEntries(folder).Any() && !overwrite)
            throw new UsageException($"--output: '{folder}' is not empty. Write into it by --overwrite, or choose another folder.");
        try
        {
            Directory.CreateDirectory(folder);
            OutputFile.RequireWritable(Path.Combine(folder, ".probe"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output: nothing can be written into '{folder}': {error.Message} Choose another folder.", error);
        }
        finally
        {
            if (isNew && Directory.Exists(folder))
                Directory.Delete(folder);
        }

        return folder;
    }

    /// <summary>Writes several files: all of them, or none.</summary>
    /// <param name="folder">The folder; files of the same names are replaced.</param>
    /// <param name="write">Writes them into the folder that it is given.</param>
    public static void Fill(string folder, Action<string> write)
    {
        string aside = folder + ".new";
        try
        {
            Directory.CreateDirectory(aside);
            write(aside);
            Directory.CreateDirectory(folder);
            foreach (string file in Directory.EnumerateFiles(aside))
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            if (Directory.Exists(aside))
                Directory.Delete(aside, recursive: true);
        }
    }
}
