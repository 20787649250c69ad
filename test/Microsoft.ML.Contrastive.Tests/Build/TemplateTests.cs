using System.Reflection;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;

namespace Microsoft.ML.Contrastive.Tests.Build;

/// <summary>What <c>dotnet new</c> copies must follow the repository. The console program is compiled by <c>test/Microsoft.ML.Contrastive.Templates.Compiled</c>, the rest is text.</summary>
public sealed class TemplateTests
{
    private static readonly string Root = typeof(TemplateTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private static string Content => Path.Combine(Root, "templates", "Microsoft.ML.Contrastive.Templates", "content");

    [Fact]
    public void Projects_reference_the_versions_of_this_repository()
    {
        Dictionary<string, string> properties = XDocument.Load(Path.Combine(Root, "eng", "Versions.props")).Descendants().Where(e => !e.HasElements).ToDictionary(e => e.Name.LocalName, e => e.Value);
        Dictionary<string, string> versions = StockPackages.All.ToDictionary(package => package.Package, package => package.Version);
        versions["TorchSharp-cpu"] = properties["TorchSharpVersion"];
        versions[properties["PackageIdPrefix"]] = $"{properties["VersionPrefix"]}-{properties["VersionSuffix"]}";

        string[] projects = Directory.GetFiles(Content, "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(2, projects.Length);
        foreach (XElement reference in projects.SelectMany(project => XDocument.Load(project).Descendants("PackageReference")))
            Assert.Equal(versions[(string)reference.Attribute("Include")!], (string?)reference.Attribute("Version"));
        // As it is looked for when the package is made under another name.
        Assert.Contains($"<PackageReference Include=\"{properties["PackageIdPrefix"]}\" Version=\"{versions[properties["PackageIdPrefix"]]}\" />", File.ReadAllText(Path.Combine(Content, "contrastive-console", "ContrastiveConsole.csproj")), StringComparison.Ordinal);
        XElement[] service = [.. XDocument.Load(Path.Combine(Content, "contrastive-api", "ContrastiveApi.csproj")).Descendants("PackageReference")];
        Assert.Equal(StockPackages.All.Select(package => package.Package), service.Select(reference => (string)reference.Attribute("Include")!));
    }

    [Fact]
    public void The_configuration_is_one_that_train_takes() => TrainingConfiguration.Read(Path.Combine(Content, "contrastive-classifier", "ContrastiveClassifier.mbconfig"));

    [Fact]
    public void Every_template_is_called_as_its_folder_and_what_it_replaces_is_in_its_files()
    {
        foreach (string folder in Directory.GetDirectories(Content))
        {
            JsonNode template = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, ".template.config", "template.json")))!;
            Assert.Equal(Path.GetFileName(folder), (string?)template["shortName"]);
            string[] files = Directory.GetFiles(folder);
            Assert.Contains(files, file => Path.GetFileName(file).StartsWith((string)template["sourceName"]!, StringComparison.Ordinal));
            foreach ((_, JsonNode? symbol) in template["symbols"]?.AsObject() ?? [])
                Assert.Contains(files, file => File.ReadAllText(file).Contains((string)symbol!["replaces"]!, StringComparison.Ordinal));
        }
    }
}
