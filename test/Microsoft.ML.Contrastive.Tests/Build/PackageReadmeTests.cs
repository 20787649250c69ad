using System.Text.Json;
using Microsoft.ML.Contrastive.Tests.Documentation;

namespace Microsoft.ML.Contrastive.Tests.Build;

/// <summary>The page that nuget.org shows for a package, by what MSBuild says will be packed.</summary>
public sealed class PackageReadmeTests
{
    public static TheoryData<string> Projects =>
    [
        .. Directory.GetFiles(Path.Combine(Pages.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(Pages.Root, "templates"), "*.Templates.csproj", SearchOption.AllDirectories))
            .Select(project => Path.GetRelativePath(Pages.Root, project)),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_carries_a_page_of_its_own_whose_links_work_away_from_the_repository(string project)
    {
        (int exitCode, string output) = MsBuild.Run(project, "-getItem:None", "-getProperty:PackageReadmeFile");
        Assert.True(exitCode == 0, output);
        using var answer = JsonDocument.Parse(output);
        string name = answer.RootElement.GetProperty("Properties").GetProperty("PackageReadmeFile").GetString()!;
        JsonElement page = Assert.Single(
            answer.RootElement.GetProperty("Items").GetProperty("None").EnumerateArray(),
            item => item.TryGetProperty("Pack", out JsonElement pack) && pack.GetString() == "true" && Path.GetFileName(item.GetProperty("FullPath").GetString()) == name);

        string path = page.GetProperty("FullPath").GetString()!;
        Assert.Equal(Path.Combine(Pages.Root, Path.GetDirectoryName(project)!, name), path);
        Assert.True(File.Exists(path), path);
        Assert.DoesNotContain(Pages.Links(Path.GetRelativePath(Pages.Root, path)), link => !link.StartsWith("https://", StringComparison.Ordinal));
    }
}
