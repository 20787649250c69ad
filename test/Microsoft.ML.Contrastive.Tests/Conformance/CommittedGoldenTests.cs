using System.Security.Cryptography;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>The selection of golden cases that lies in the repository, so that a clone tests itself (made by <c>eng/select-golden.sh</c>).</summary>
public sealed class CommittedGoldenTests
{
    private static readonly string Folder = Path.Combine(GoldenRun.RepositoryRoot, GoldenRun.CommittedFolder);

    [Fact]
    public void Reference_values_are_as_they_were_published()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, "MANIFEST.sha256")).Select(line => line.Split("  ", 2)).ToList();
        var files = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Where(file => file is not ("MANIFEST.sha256" or "README.md"));

        Assert.Equal(files.Order(StringComparer.Ordinal), lines.Select(line => line[1]).Where(file => file != "README.md").Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal(line[0], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, line[1]))))));
    }

    [Fact]
    public void Every_family_is_represented()
    {
        var run = new GoldenRun(Folder, GoldenRun.Handlers());

        Assert.Equal(
            ["augment", "backbones", "distributions", "evaluation", "losses", "trajectories", "updates"],
            run.Cases.Select(path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct());
        Assert.Empty(run.UnknownFamilies);
    }
}
