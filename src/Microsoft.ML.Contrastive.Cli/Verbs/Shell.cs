namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Commands that somebody may copy into a shell.</summary>
internal static class Shell
{
    /// <summary>A path as one argument.</summary>
    public static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
}
