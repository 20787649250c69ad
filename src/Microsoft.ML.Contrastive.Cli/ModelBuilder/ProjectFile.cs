using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>A C# project that a classifier is put into. What is in it stays as it is, to the byte: items are added as text before its end.</summary>
internal sealed class ProjectFile
{
    private const string Option = "--project", End = "</Project", VersionOverride = "VersionOverride";

    private readonly byte[] _preamble;
    private readonly string _text;
    private readonly XElement _root;

    private ProjectFile(string path)
    {
        Path = path;
        byte[] bytes = File.ReadAllBytes(path);
        _preamble = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.GetPreamble() : [];
        try
        {
            _text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(_preamble.Length));
            _root = Parse(_text);
        }
        catch (Exception error) when (error is XmlException or DecoderFallbackException)
        {
            throw new InvalidDataException($"{Option}: '{path}' is no project that can be read: {error.Message}", error);
        }

        if (_root.Name.LocalName != "Project" || !_text.Contains(End, StringComparison.Ordinal))
            throw new InvalidDataException($"{Option}: '{path}' is no project: it has no <Project> with something in it.");
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The project's folder.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Whether it takes the files in its folder by itself, as all projects of the .NET SDK do.</summary>
    public bool IsSdkStyle => _root.Attribute("Sdk") is not null || _root.Elements().Any(element => element.Name.LocalName == "Sdk" || element.Attribute("Sdk") is not null);

    /// <summary>Namespace of new files.</summary>
    public string RootNamespace
    {
        get
        {
            string? written = _root.Descendants().LastOrDefault(element => element.Name.LocalName == nameof(RootNamespace))?.Value.Trim();
            return Identifier.Namespace(string.IsNullOrEmpty(written) || written.Contains("$(", StringComparison.Ordinal) ? System.IO.Path.GetFileNameWithoutExtension(Path) : written);
        }
    }

    /// <summary>The project that was named, or the only one of a folder.</summary>
    /// <param name="named">A file, or null.</param>
    /// <param name="folder">Where to look when none was named.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="UsageException">There is no such file, or there are several projects.</exception>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static ProjectFile? Find(string? named, string folder)
    {
        if (named is not null)
        {
            return File.Exists(named) && named.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase)
                ? new ProjectFile(System.IO.Path.GetFullPath(named))
                : throw new UsageException($"{Option}: there is no C# project '{named}'.");
        }

        string[] found = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.csproj").Order(StringComparer.Ordinal)] : [];
        return found.Length switch
        {
            0 => null,
            1 => new ProjectFile(System.IO.Path.GetFullPath(found[0])),
            _ => throw new UsageException($"{Option} is missing: '{folder}' has {string.Join(", ", found.Select(System.IO.Path.GetFileName))}. Name one of them."),
        };
    }

    /// <summary>The project with what a classifier needs; what it has already is left out.</summary>
    /// <param name="files">The classifier's files, in the project's folder or below it.</param>
    /// <param name="notes">Receives what the user should know.</param>
    /// <returns>The new content; null when nothing is missing.</returns>
    public byte[]? With(GeneratedFiles files, List<string> notes)
    {
        string newLine = _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n", indent = Indent();
        string groups = Group($" Label=\"{files.Name}\"", [.. Items(files)]) + Group("", [.. Packages(notes)]);
        if (groups.Length == 0)
            return null;
        int at = _text.LastIndexOf(End, StringComparison.Ordinal);
        string before = _text[..at].TrimEnd(' ', '\t');
        string between = before.EndsWith(newLine + newLine, StringComparison.Ordinal) ? "" : before.EndsWith('\n') ? newLine : newLine + newLine;
        string text = before + between + groups.Replace("\n", newLine, StringComparison.Ordinal) + _text[at..];
        if (!Parse(text).Descendants().Any(element => IsItem(element, "None", GeneratedFiles.Relative(files.Model, Folder))))
            throw new InvalidDataException($"{Option}: '{Path}' ends in a way in which nothing can be added to it: its last {End}> is not its end.");
        return [.. _preamble, .. Encoding.UTF8.GetBytes(text)];

        string Group(string attributes, string[] items) => items.Length == 0 ? "" :
            $"{indent}<ItemGroup{attributes}>\n{string.Concat(items.SelectMany(item => item.Split('\n')).Select(Line))}{indent}</ItemGroup>\n\n";
        string Line(string line) => $"{indent}{indent}{line.Replace("\t", indent, StringComparison.Ordinal)}\n";
    }

    private IEnumerable<string> Items(GeneratedFiles files)
    {
        string configuration = System.IO.Path.GetFileName(files.Configuration);
        (string Element, string Verb, string File, string Copy)[] wanted =
        [
            // Included, whatever the project takes by itself.
            ("None", "Include", files.Model, "\n\t<CopyToOutputDirectory>PreserveNewest</CopyToOutputDirectory>"),
            ("Compile", "Update", files.Consumption, ""),
            ("Compile", "Update", files.Training, ""),
            ("None", "Include", files.Facts, ""),
        ];
        foreach ((string element, string verb, string file, string copy) in wanted)
        {
            string path = GeneratedFiles.Relative(file, Folder);
            if (_root.Descendants().Any(item => IsItem(item, element, path) && (copy.Length == 0 || Has(item, "CopyToOutputDirectory"))))
                continue;
            // A web project would publish it.
            if (file == files.Facts)
                yield return $"<Content Remove=\"{path}\" />";
            yield return $"<{element} {verb}=\"{path}\">{copy}\n\t<DependentUpon>{configuration}</DependentUpon>\n</{element}>";
        }
    }

    private IEnumerable<string> Packages(List<string> notes)
    {
        var directory = new DirectoryFiles(Folder);
        XElement[] all = [.. directory.With(_root)];
        bool isCentral = directory.CentralFile is not null && Property("ManagePackageVersionsCentrally") == true;
        bool overrides = Property("CentralPackageVersionOverrideEnabled") != false;
        var missing = new List<string>();
        foreach ((string package, string wanted) in StockPackages.All)
        {
            XElement? found = all.FirstOrDefault(item => Includes(item, "PackageReference", package) || Includes(item, "GlobalPackageReference", package));
            XElement? central = isCentral ? all.LastOrDefault(item => Includes(item, "PackageVersion", package)) : null;
            string? written = (found is null ? null : Version(found)) ?? (central is null ? null : Version(central));
            if (written is not null && written != wanted && !written.Contains("$(", StringComparison.Ordinal))
                notes.Add($"The project references {package} {written}; the generated code was tried with {wanted}.");
            if (isCentral && central is null && written is null && !overrides)
                missing.Add($"<PackageVersion Include=\"{package}\" Version=\"{wanted}\" />");
            if (found is null)
                yield return $"<PackageReference Include=\"{package}\"{(central is not null || (isCentral && !overrides) ? "" : $" {(isCentral ? VersionOverride : "Version")}=\"{wanted}\"")} />";
        }

        if (missing.Count > 0)
            notes.Add($"'{directory.CentralFile}' allows no version in a project; add to its items: {string.Concat(missing)}");

        bool? Property(string name) => bool.TryParse(all.LastOrDefault(element => element.Name.LocalName == name)?.Value.Trim(), out bool value) ? value : null;
    }

    private static string? Version(XElement item) => new[] { VersionOverride, "Version" }
        .Select(name => (string?)item.Attribute(name) ?? item.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value)
        .FirstOrDefault(version => version is not null)?.Trim();

    private static bool Includes(XElement item, string name, string package) => item.Name.LocalName == name
        && ((string?)item.Attribute("Include"))?.Split(';', StringSplitOptions.TrimEntries).Contains(package, StringComparer.OrdinalIgnoreCase) == true;

    private static bool Has(XElement item, string metadata) => item.Attribute(metadata) is not null || item.Elements().Any(element => element.Name.LocalName == metadata);

    private static bool IsItem(XElement element, string name, string path) => element.Name.LocalName == name
        && ((string?)element.Attribute("Include") ?? (string?)element.Attribute("Update"))?.Replace('\\', '/').Equals(path, StringComparison.OrdinalIgnoreCase) == true;

    private string Indent()
    {
        foreach (string line in _text.Split('\n'))
        {
            string trimmed = line.TrimStart(' ', '\t');
            if (trimmed.Length < line.Length && trimmed.StartsWith('<'))
                return line[..^trimmed.Length];
        }

        return "  ";
    }

    /// <summary>A file of MSBuild.</summary>
    /// <exception cref="XmlException">It is none.</exception>
    public static XElement Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader).Root!;
    }
}
