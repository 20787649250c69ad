using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>Code in the documentation that a test executes: the page's blocks stand in the test's source, line by line.</summary>
internal static class DocumentedCode
{
    /// <summary>Throws where a block of a page is not, but for its indentation, in the calling file.</summary>
    /// <param name="page">The page's path in the repository.</param>
    /// <param name="source">The calling file.</param>
    public static void AssertExecutedBy(string page, [CallerFilePath] string source = "")
    {
        string root = Path.GetDirectoryName(source)!;
        while (!File.Exists(Path.Combine(root, page)))
            root = Path.GetDirectoryName(root) ?? throw new FileNotFoundException($"No folder above {source} has {page}.");
        string code = Lines(File.ReadLines(source));
        string[] blocks = File.ReadAllText(Path.Combine(root, page)).Split("```csharp")[1..];
        Assert.NotEmpty(blocks);
        foreach (string block in blocks)
            Assert.Contains(Lines(block[..block.IndexOf("```", StringComparison.Ordinal)].Split('\n')), code, StringComparison.Ordinal);
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Select(l => l.Trim()).Where(l => l.Length > 0));
}
