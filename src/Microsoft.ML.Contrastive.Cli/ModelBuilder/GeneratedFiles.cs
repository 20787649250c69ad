using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>The files of a classifier in a project: where they are, whose they are, and how they appear, all at once.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Name">Name of the class, with which all files begin.</param>
internal sealed record GeneratedFiles(string Folder, string Name)
{
    private const string Aside = ".new";

    /// <summary>Model Builder's configuration.</summary>
    public string Configuration => In($"{Name}{TrainingConfiguration.Extension}");

    /// <summary>Classes of input and output, and prediction.</summary>
    public string Consumption => In($"{Name}.consumption.cs");

    /// <summary>Training the classifier again.</summary>
    public string Training => In($"{Name}.training.cs");

    /// <summary>The model.</summary>
    public string Model => In($"{Name}.mlnet");

    /// <summary>What this tool knows of the classifier and Model Builder does not.</summary>
    public string Facts => In($"{Name}.contrastive.json");

    /// <summary>Folder of the pretraining. Its name begins with a dot: projects do not take what is in such folders.</summary>
    public string Run => Path.Combine(In(".contrastive"), Name);

    private string[] All => [Configuration, Consumption, Training, Model, Facts];

    /// <summary>A file's path relative to another folder, with '/'.</summary>
    public static string Relative(string file, string folder) => Path.GetRelativePath(folder, file).Replace('\\', '/');

    /// <summary>Whether they are in a folder or below it.</summary>
    public bool IsIn(string folder) => Path.GetRelativePath(folder, Folder) is var path && !Path.IsPathRooted(path) && path.Replace('\\', '/').Split('/')[0] != "..";

    /// <summary>Shows that the files may be written: none of them is somebody else's, and the folder takes files.</summary>
    /// <param name="overwrite">Whether other files of these names may be replaced.</param>
    /// <param name="given">A file that was named to be written to, whoever's it is.</param>
    /// <exception cref="UsageException">A file was written by somebody else.</exception>
    /// <exception cref="IOException">The folder does not take files.</exception>
    public void RequireFree(bool overwrite, string? given = null)
    {
        if (All.FirstOrDefault(file => Directory.Exists(file)) is { } folder)
            throw new UsageException($"'{folder}' is a folder. Choose another --name.");
        if (!overwrite && All.FirstOrDefault(file => File.Exists(file) && file != given && !IsOurs(file)) is { } other)
            throw new UsageException($"'{other}' was not written by {Program.Name}. Replace it by --overwrite, or choose another --name.");
        bool isNew = !Directory.Exists(Folder);
        try
        {
            Directory.CreateDirectory(Folder);
            using var probe = new FileStream(In($".{Name}.probe"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output: '{Folder}' cannot be written to: {error.Message} Choose another folder, or get the right to write.", error);
        }

        if (isNew)
            Directory.Delete(Folder);
    }

    /// <summary>Writes files beside their places and, once all of them are whole, moves them there.</summary>
    /// <param name="writers">Each file, in the order in which they appear, and what writes it.</param>
    public static void Write(IReadOnlyList<(string File, Action<string> Write)> writers)
    {
        try
        {
            foreach ((string file, Action<string> write) in writers)
                write(file + Aside);
            foreach ((string file, _) in writers)
                File.Move(file + Aside, file, overwrite: true);
        }
        finally
        {
            foreach ((string file, _) in writers)
                File.Delete(file + Aside);
        }
    }

    private bool IsOurs(string file) => file.EndsWith(".cs", StringComparison.Ordinal) ? File.ReadLines(file).FirstOrDefault() == GeneratedCode.FirstLine : File.Exists(Facts);

    private string In(string name) => Path.Combine(Folder, name);
}
