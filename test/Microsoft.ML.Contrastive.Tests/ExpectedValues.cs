namespace Microsoft.ML.Contrastive.Tests;

/// <summary>Tables that the scripts in eng/expected have printed.</summary>
internal static class ExpectedValues
{
    /// <summary>The rows of a table behind its header, split at commas.</summary>
    public static string[][] Rows(string name)
    {
        using var reader = new StreamReader(typeof(ExpectedValues).Assembly.GetManifestResourceStream(name)!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split(','))];
    }
}
