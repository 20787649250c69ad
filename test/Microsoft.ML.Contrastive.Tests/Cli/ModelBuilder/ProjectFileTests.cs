using System.Text;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

/// <summary>What becomes of somebody's project file.</summary>
public sealed class ProjectFileTests : IDisposable
{
    private const string Console = """
        <Project Sdk="Microsoft.NET.Sdk">

          <!-- mine:  </ItemGroup> -->
          <PropertyGroup>
            <OutputType>Exe</OutputType>   <RootNamespace>My.App</RootNamespace>
          </PropertyGroup>

        </Project>

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-project-").FullName;

    private GeneratedFiles Files => new(_folder, "Photos");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("\n", false)]
    [InlineData("\r\n", true)]
    public void Items_are_added_once_and_everything_else_stays_to_the_byte(string newLine, bool mark)
    {
        string text = Console.Replace("\n", newLine, StringComparison.Ordinal);
        string path = Write(text, mark);
        byte[] changed = Find().With(Files, [])!;
        string after = Encoding.UTF8.GetString(changed);
        Assert.Equal(mark, changed.AsSpan().StartsWith(Encoding.UTF8.Preamble));
        int end = text.IndexOf("</Project>", StringComparison.Ordinal);
        Assert.StartsWith((mark ? "\uFEFF" : "") + text[..end], after, StringComparison.Ordinal);
        Assert.EndsWith(text[end..], after, StringComparison.Ordinal);
        Assert.Equal(after.Split('\n').Length, after.Split(newLine).Length);
        Assert.Contains($"    <None Include=\"Photos.mlnet\">{newLine}      <CopyToOutputDirectory>PreserveNewest</CopyToOutputDirectory>", after, StringComparison.Ordinal);
        Assert.Contains("<Compile Update=\"Photos.consumption.cs\">", after, StringComparison.Ordinal);
        Assert.Contains("<PackageReference Include=\"Microsoft.ML\" Version=\"", after, StringComparison.Ordinal);

        File.WriteAllBytes(path, changed);
        Assert.Null(Find().With(Files, []));
    }

    [Fact]
    public void What_is_there_is_not_added_again()
    {
        Write(Console.Replace("</Project>", """
              <ItemGroup>
                <PackageReference Include="microsoft.ml"><Version>4.0.0</Version></PackageReference>
                <None Update="Photos.mlnet" CopyToOutputDirectory="Always" />
              </ItemGroup>
            </Project>
            """, StringComparison.Ordinal));
        var notes = new List<string>();
        string after = Encoding.UTF8.GetString(Find().With(Files, notes)!);
        Assert.DoesNotContain("Include=\"Microsoft.ML\"", after, StringComparison.Ordinal);
        Assert.DoesNotContain("Include=\"Photos.mlnet\"", after, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML 4.0.0", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Directory.Packages.props", "true", " VersionOverride=\"")]
    [InlineData("Directory.Build.props", "true", " VersionOverride=\"")]
    [InlineData("Directory.Packages.props", "false", " Version=\"")]
    public void Where_versions_are_central_they_are_overridden(string file, string value, string attribute)
    {
        WriteProps("Directory.Packages.props", "");
        WriteProps(file, $"<PropertyGroup><ManagePackageVersionsCentrally>{value}</ManagePackageVersionsCentrally></PropertyGroup>");
        Write(Console);
        Assert.Contains($"<PackageReference Include=\"Microsoft.ML\"{attribute}", Encoding.UTF8.GetString(Find().With(Files, [])!), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_version_may_stand_in_a_project_a_line_says_what_to_add_where()
    {
        WriteProps("Directory.Packages.props", """
            <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally><CentralPackageVersionOverrideEnabled>false</CentralPackageVersionOverrideEnabled></PropertyGroup>
            <ItemGroup><PackageVersion Include="SkiaSharp" Version="$(Skia)" /></ItemGroup>
            """);
        Write(Console);
        var notes = new List<string>();
        string after = Encoding.UTF8.GetString(Find().With(Files, notes)!);
        Assert.Contains("<PackageReference Include=\"Microsoft.ML\" />", after, StringComparison.Ordinal);
        string note = Assert.Single(notes);
        Assert.Contains(Path.Combine(_folder, "Directory.Packages.props"), note, StringComparison.Ordinal);
        Assert.Contains("<PackageVersion Include=\"Microsoft.ML\" Version=\"", note, StringComparison.Ordinal);
        Assert.DoesNotContain("Include=\"SkiaSharp\"", note, StringComparison.Ordinal);
    }

    /// <summary>What NuGet says: NU1008 and NU1010 are errors, the warning NU1504 (referenced twice) is made one.</summary>
    [Fact]
    public void A_repository_with_central_versions_and_packages_of_all_its_projects_restores()
    {
        using var project = new GeneratedProject("Shop");
        (string ml, string skia) = (StockPackages.All[0].Version, StockPackages.All[^1].Version);
        File.WriteAllText(project["../Directory.Build.props"], """
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup>
              <ItemGroup><PackageReference Include="Microsoft.ML" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(project["../Directory.Packages.props"], $"""
            <Project>
              <ItemGroup><PackageVersion Include="Microsoft.ML" Version="{ml}" /><PackageVersion Include="SkiaSharp" Version="{skia}" /></ItemGroup>
            </Project>
            """);
        var notes = new List<string>();
        File.WriteAllBytes(project["Shop.csproj"], ProjectFile.Find(null, project.Folder)!.With(new GeneratedFiles(project.Folder, "Photos"), notes)!);
        Assert.Empty(notes);
        project.Restore();
        string after = File.ReadAllText(project["Shop.csproj"]);
        Assert.DoesNotContain("Include=\"Microsoft.ML\"", after, StringComparison.Ordinal);
        Assert.Contains("<PackageReference Include=\"SkiaSharp\" />", after, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_further_up_count_where_the_nearer_one_imports()
    {
        WriteProps("Directory.Build.props", "<ItemGroup><PackageReference Include=\"Other; Microsoft.ML\" Version=\"1.0.0\" /></ItemGroup>");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "src", "App")).FullName;
        File.WriteAllText(Path.Combine(folder, "App.csproj"), Console);
        File.WriteAllText(Path.Combine(_folder, "src", "Directory.Build.props"), "<Project />");
        Assert.Contains("Include=\"Microsoft.ML\"", After(), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "src", "Directory.Build.props"), "<Project><Import Project=\"../Directory.Build.props\" /></Project>");
        Assert.DoesNotContain("Include=\"Microsoft.ML\"", After(), StringComparison.Ordinal);

        string After() => Encoding.UTF8.GetString(ProjectFile.Find(null, folder)!.With(new GeneratedFiles(folder, "Photos"), [])!);
    }

    [Theory]
    [InlineData("<Project><PropertyGroup><RootNamespace>My.Photo App</RootNamespace></PropertyGroup></Project>", "My.Photo_App")]
    [InlineData("<Project><PropertyGroup><RootNamespace>$(X)</RootNamespace></PropertyGroup></Project>", "my_app._9")]
    [InlineData("<Project><PropertyGroup /></Project>", "my_app._9")]
    public void The_namespace_is_the_projects(string text, string name)
    {
        File.WriteAllText(Path.Combine(_folder, "my-app.9.csproj"), text);
        Assert.Equal(name, Find().RootNamespace);
        Assert.False(Find().IsSdkStyle);
    }

    [Theory]
    [InlineData("<Project Sdk=\"Microsoft.NET.Sdk\" />")]
    [InlineData("<Project><PropertyGroup></Project>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><Project>&b;</Project>")]
    [InlineData("<Solution></Solution>")]
    [InlineData("")]
    public void What_is_no_project_is_refused(string text)
    {
        Write(text);
        Assert.Throws<InvalidDataException>(() => Find());
    }

    [Fact]
    public void Several_projects_are_asked_about_and_none_is_none()
    {
        Assert.Null(ProjectFile.Find(null, _folder));
        Write(Console);
        File.WriteAllText(Path.Combine(_folder, "Other.csproj"), Console);
        Assert.Contains("App.csproj, Other.csproj", Assert.Throws<UsageException>(() => ProjectFile.Find(null, _folder)).Message, StringComparison.Ordinal);
        Assert.Equal("Other.csproj", Path.GetFileName(ProjectFile.Find(Path.Combine(_folder, "Other.csproj"), _folder)!.Path));
        Assert.Throws<UsageException>(() => ProjectFile.Find(Path.Combine(_folder, "Missing.csproj"), _folder));
    }

    [Theory]
    [InlineData("2fast", "_2fast")]
    [InlineData("class", "_class")]
    [InlineData("my model", "my_model")]
    [InlineData("../x", "___x")]
    [InlineData("", "_")]
    [InlineData("ModelInput", "ModelInputModel")]
    public void A_name_that_no_class_can_have_is_answered_by_one_that_it_can(string name, string proposed)
    {
        Assert.EndsWith($" {proposed}.", Assert.Throws<UsageException>(() => Identifier.Require(name, "--name")).Message, StringComparison.Ordinal);
        Identifier.Require(proposed, "--name");
    }

    private void WriteProps(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), $"<Project>{content}</Project>");

    private ProjectFile Find() => ProjectFile.Find(null, _folder)!;

    private string Write(string text, bool mark = false)
    {
        string path = Path.Combine(_folder, "App.csproj");
        File.WriteAllText(path, text, new UTF8Encoding(mark));
        return path;
    }
}
