using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>
/// What MSBuild puts into every project below a folder without being named there: the nearest <c>Directory.Build.props</c>, <c>Directory.Packages.props</c> and
/// <c>Directory.Build.targets</c>, and those further up where a nearer one imports something. Conditions are not evaluated.
/// </summary>
internal sealed class DirectoryFiles
{
    private const string Props = "Directory.Build.props", Packages = "Directory.Packages.props", Targets = "Directory.Build.targets";

    private readonly XElement[] _before, _packages, _after;

    /// <param name="folder">The project's folder.</param>
    public DirectoryFiles(string folder)
    {
        (_before, _) = Read(folder, Props);
        (_packages, CentralFile) = Read(folder, Packages);
        (_after, _) = Read(folder, Targets);
    }

    /// <summary>The nearest file of central versions; null when there is none.</summary>
    public string? CentralFile { get; }

    /// <summary>All items and properties, those of a project in their place.</summary>
    public IEnumerable<XElement> With(XElement project) => new[] { _before, _packages, [project], _after }.SelectMany(roots => roots).SelectMany(root => root.Descendants());

    /// <summary>The farthest first, as MSBuild mostly meets them.</summary>
    private static (XElement[] Roots, string? Nearest) Read(string folder, string name)
    {
        var roots = new List<XElement>();
        string? nearest = null;
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            string file = Path.Combine(at, name);
            if (!File.Exists(file))
                continue;
            nearest ??= file;
            XElement root;
            try
            {
                root = ProjectFile.Parse(File.ReadAllText(file));
            }
            catch (XmlException)
            {
                // It does not build either; that is told by who builds.
                break;
            }

            roots.Insert(0, root);
            if (root.Descendants().All(element => element.Name.LocalName != "Import"))
                break;
        }

        return ([.. roots], nearest);
    }
}
