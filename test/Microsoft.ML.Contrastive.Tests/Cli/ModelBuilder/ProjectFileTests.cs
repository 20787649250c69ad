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

    [Fact]
    public void Where_versions_are_central_they_are_overridden()
    {
        File.WriteAllText(Path.Combine(_folder, "Directory.Packages.props"), "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>");
        Write(Console);
        Assert.Contains("<PackageReference Include=\"Microsoft.ML\" VersionOverride=\"", Encoding.UTF8.GetString(Find().With(Files, [])!), StringComparison.Ordinal);
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

    private ProjectFile Find() => ProjectFile.Find(null, _folder)!;

    private string Write(string text, bool mark = false)
    {
        string path = Path.Combine(_folder, "App.csproj");
        File.WriteAllText(path, text, new UTF8Encoding(mark));
        return path;
    }
}
