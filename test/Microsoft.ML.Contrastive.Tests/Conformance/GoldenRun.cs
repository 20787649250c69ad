using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

public enum GoldenVerdict
{
    Passed,
    Failed,
    Unsupported,
}

internal sealed record GoldenResult(string Path, GoldenVerdict Verdict, string Details)
{
    public override string ToString() => $"{Verdict.ToString().ToLowerInvariant(),-11} {Path}{(Details.Length == 0 ? "" : ": ")}{Details}";
}

/// <summary>The golden cases of one root folder, each run once by the handler of its family.</summary>
internal sealed class GoldenRun
{
    /// <summary>Photographs that the augment cases share: data, no case.</summary>
    private const string SharedImages = "augment/images";

    private readonly Dictionary<string, GoldenFamily> _families;
    private readonly ConcurrentDictionary<string, Lazy<GoldenResult>> _results = new();

    public GoldenRun(string root, IEnumerable<GoldenFamily> families)
    {
        Root = root;
        _families = families.ToDictionary(family => family.Name);
    }

    /// <summary>Where the committed selection lies in the repository.</summary>
    public const string CommittedFolder = "test/Microsoft.ML.Contrastive.Tests/Conformance/golden";

    /// <summary>The repository that these tests were built from.</summary>
    public static string RepositoryRoot { get; } =
        typeof(GoldenRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;

    /// <summary>The run over the golden folder that <see cref="Locate"/> finds, with every handler of this assembly.</summary>
    public static GoldenRun Default { get; } = new(Locate(), Handlers());

    public string Root { get; }

    /// <summary>Every case as <c>family/case</c>, in order.</summary>
    public IReadOnlyList<string> Cases =>
        [.. Families
            .SelectMany(family => Directory.EnumerateDirectories(System.IO.Path.Combine(Root, family)).Select(folder => $"{family}/{System.IO.Path.GetFileName(folder)}"))
            .Where(path => path != SharedImages)
            .Order(StringComparer.Ordinal)];

    /// <summary>Family folders that no handler knows: a failure, since their cases would go unchecked.</summary>
    public IReadOnlyList<string> UnknownFamilies => [.. Families.Where(family => !_families.ContainsKey(family))];

    private IEnumerable<string> Families => Directory.EnumerateDirectories(Root).Select(folder => System.IO.Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    /// <summary>
    /// <c>CONTRASTIVE_GOLDEN</c>; else <c>../shared/golden</c> beside the repository; else the selection committed beside this file.
    /// </summary>
    public static string Locate()
    {
        if (Environment.GetEnvironmentVariable("CONTRASTIVE_GOLDEN") is { Length: > 0 } named)
        {
            return Directory.Exists(named)
                ? System.IO.Path.GetFullPath(named)
                : throw new DirectoryNotFoundException($"CONTRASTIVE_GOLDEN names '{named}', which is no folder.");
        }

        var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "../shared/golden"));
        return Directory.Exists(beside) ? beside : System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, CommittedFolder));
    }

    public static IEnumerable<GoldenFamily> Handlers() =>
        typeof(GoldenFamily).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(GoldenFamily)) && !type.IsAbstract && !type.IsNested)
            .Select(type => (GoldenFamily)Activator.CreateInstance(type, nonPublic: true)!);

    public GoldenResult Result(string path) => _results.GetOrAdd(path, _ => new Lazy<GoldenResult>(() => Run(path))).Value;

    /// <summary>A line per case, then <c>golden: N cases, F failed, S unsupported</c>.</summary>
    public string Report()
    {
        var results = Cases.Select(Result).ToList();
        var report = new StringBuilder();
        foreach (var result in results)
            report.AppendLine(result.ToString());
        foreach (var family in UnknownFamilies)
            report.AppendLine(CultureInfo.InvariantCulture, $"unknown     {family}: no handler has this name");
        report.AppendLine(CultureInfo.InvariantCulture,
            $"golden: {results.Count} cases, {results.Count(result => result.Verdict == GoldenVerdict.Failed)} failed, {results.Count(result => result.Verdict == GoldenVerdict.Unsupported)} unsupported");
        return report.ToString();
    }

    private GoldenResult Run(string path)
    {
        var family = path[..path.IndexOf('/', StringComparison.Ordinal)];
        if (!_families.TryGetValue(family, out var handler))
            return new GoldenResult(path, GoldenVerdict.Failed, $"the family '{family}' is unknown: no handler has this name");

        GoldenCheck check;
        try
        {
            var goldenCase = new GoldenCase(System.IO.Path.Combine(Root, path));
            check = new GoldenCheck(goldenCase);
            handler.Run(goldenCase, check);
            check.NotHandled(goldenCase.Params.Unread);
        }
#pragma warning disable CA1031 // Whatever a handler throws is that case's failure, not the end of the run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new GoldenResult(path, GoldenVerdict.Failed, exception.ToString());
        }

        if (check.Failures.Count > 0)
            return new GoldenResult(path, GoldenVerdict.Failed, string.Join("; ", check.Failures.Concat(check.Remarks)));
        if (check.UnsupportedReason is { } reason)
            return new GoldenResult(path, GoldenVerdict.Unsupported, reason);
        var worst = string.Create(CultureInfo.InvariantCulture, $"at most {check.WorstShareOfTolerance:P1} of a tolerance used");
        return new GoldenResult(path, GoldenVerdict.Passed, string.Join("; ", check.Remarks.Prepend(worst)));
    }
}
