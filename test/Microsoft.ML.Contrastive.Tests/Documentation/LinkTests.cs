namespace Microsoft.ML.Contrastive.Tests.Documentation;

/// <summary>Links between the repository's pages.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading()
    {
        (string Page, string Target)[] links = [.. Pages.All.SelectMany(page => Relative(page).Select(target => (page, target)))];

        Assert.True(links.Length > 50, $"Only {links.Length} links were found.");
        Assert.Empty(links.Where(link => Problem(link.Page, link.Target) is not null).Select(link => $"{link.Page}: {link.Target}: {Problem(link.Page, link.Target)}"));
    }

    [Fact]
    public void Every_page_can_be_reached_from_the_readme()
    {
        var reached = new HashSet<string>();
        var next = new Stack<string>(["README.md"]);
        while (next.TryPop(out string? page))
        {
            if (!reached.Add(page))
                continue;
            foreach (string target in Relative(page).Select(target => Resolve(page, target.Split('#')[0])).Where(Pages.All.Contains))
                next.Push(target);
        }

        Assert.Empty(Pages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal)).Except(reached));
    }

    private static IEnumerable<string> Relative(string page) => Pages.Links(page).Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal));

    private static string? Problem(string page, string target)
    {
        string[] parts = target.Split('#', 2);
        string path = Resolve(page, parts[0]);
        if (!Path.Exists(Path.Combine(Pages.Root, path)))
            return "there is no such file";
        return parts.Length < 2 || !path.EndsWith(".md", StringComparison.Ordinal) || Pages.Anchors(path).Contains(parts[1]) ? null : "there is no such heading";
    }

    /// <summary>The path from the repository's folder. Without a path a link stays on its page.</summary>
    private static string Resolve(string page, string path) => path.Length == 0
        ? page
        : Path.GetRelativePath(Pages.Root, Path.GetFullPath(Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, path))).Replace('\\', '/');
}
