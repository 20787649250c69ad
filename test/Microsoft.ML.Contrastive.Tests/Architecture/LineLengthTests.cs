using Microsoft.ML.Contrastive.Tests.Conformance;

namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>Sources are read in columns side by side, in reviews and on small screens: what does not fit there has several things to say, or a sentence to break.</summary>
public sealed class LineLengthTests
{
    private const int Longest = 200;

    [Fact]
    public void No_line_of_a_source_is_longer_than_can_be_read()
    {
        string root = Path.GetFullPath(Path.Combine(GoldenRun.RepositoryRoot, "src"));
        string[] files = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(IsSource)];
        string[] tooLong = [.. from file in files from line in File.ReadLines(file).Index() where line.Item.Length > Longest
                               select $"{Path.GetRelativePath(root, file)}:{line.Index + 1} has {line.Item.Length} characters"];

        Assert.NotEmpty(files);
        Assert.True(tooLong.Length == 0, $"Break these at {Longest} at most:\n{string.Join('\n', tooLong.Order(StringComparer.Ordinal))}");

        bool IsSource(string file) => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin");
    }
}
