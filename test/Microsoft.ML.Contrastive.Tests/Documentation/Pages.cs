using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Contrastive.Tests.Documentation;

/// <summary>The repository's Markdown files: their text, code and headings.</summary>
internal static partial class Pages
{
    private static readonly HashSet<string> NotOurs = ["bin", "obj", "artifacts", "runs", "TestResults", ".git", ".vs", ".idea", "node_modules"];

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All pages, as paths from <see cref="Root"/> with slashes.</summary>
    public static string[] All { get; } = [.. Under(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A page's text.</summary>
    public static string Text(string page) => File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n");

    /// <summary>A page without code.</summary>
    public static string Prose(string page) => InlineCode().Replace(Fence().Replace(Text(page), ""), "");

    /// <summary>Contents of the fenced blocks that are not of a programming language: what is typed.</summary>
    public static IEnumerable<string> TypedBlocks(string page) =>
        Fence().Matches(Text(page)).Where(block => block.Groups["language"].Value is "" or "bash").Select(block => block.Groups["code"].Value);

    /// <summary>What stands between backticks in the prose.</summary>
    public static IEnumerable<string> InlineCodes(string page) => InlineCode().Matches(Fence().Replace(Text(page), "")).Select(code => code.Groups["code"].Value);

    /// <summary>The anchors of a page's headings, as GitHub makes them.</summary>
    public static HashSet<string> Anchors(string page)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(Fence().Replace(Text(page), "")))
        {
            string text = Link().Replace(heading.Groups["text"].Value, "${text}").Trim().ToLowerInvariant();
            string anchor = new([.. text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]);
            string unique = anchor;
            for (int i = 1; !anchors.Add(unique); i++)
                unique = $"{anchor}-{i}";
        }

        return anchors;
    }

    /// <summary>Targets of a page's links.</summary>
    public static IEnumerable<string> Links(string page) => Link().Matches(Prose(page)).Select(link => link.Groups["target"].Value);

    private static IEnumerable<string> Under(string folder) => Directory.EnumerateFiles(folder, "*.md")
        .Concat(Directory.EnumerateDirectories(folder).Where(sub => !NotOurs.Contains(Path.GetFileName(sub))).SelectMany(Under));

    private static string FindRoot([CallerFilePath] string source = "")
    {
        string root = Path.GetDirectoryName(source)!;
        while (!File.Exists(Path.Combine(root, "README.md")) || !Directory.Exists(Path.Combine(root, "docs")))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException($"No folder above {source} has README.md and docs.");
        return root;
    }

    [GeneratedRegex("^[ \t]*```(?<language>[a-z]*)[^\n]*\n(?<code>.*?)^[ \t]*```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // A line may end within the text of a link.
    [GeneratedRegex(@"\[(?<text>[^\[\]]*)\]\((?<target>[^()\s]+)\)")]
    private static partial Regex Link();
}
