using Microsoft.ML.Contrastive.Cli.ModelBuilder;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

/// <summary>Files of a classifier appear together or not at all.</summary>
public sealed class GeneratedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void When_one_cannot_be_written_the_others_stay_as_they_were()
    {
        string before = Path.Combine(_folder, "a"), other = Path.Combine(_folder, "b");
        File.WriteAllText(before, "old");
        void Full(string path)
        {
            File.WriteAllText(path, "half");
            throw new IOException("The disk is full.");
        }

        Assert.Throws<IOException>(() => GeneratedFiles.Write([(before, path => File.WriteAllText(path, "new")), (other, Full)]));
        Assert.Equal([before], Directory.GetFiles(_folder));
        Assert.Equal("old", File.ReadAllText(before));

        GeneratedFiles.Write([(before, path => File.WriteAllText(path, "new")), (other, path => File.WriteAllText(path, "whole"))]);
        Assert.Equal(["new", "whole"], Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllText));
    }

    [Theory]
    [InlineData("app", "app", true)]
    [InlineData("app/Models", "app", true)]
    [InlineData("app2", "app", false)]
    [InlineData("..app", "..", false)]
    [InlineData("app/..models", "app", true)]
    public void Whether_files_are_in_a_project_is_a_matter_of_whole_names(string folder, string project, bool isIn) =>
        Assert.Equal(isIn, new GeneratedFiles(Path.GetFullPath(folder, _folder), "X").IsIn(project == ".." ? Path.Combine(_folder, "other") : Path.GetFullPath(project, _folder)));
}
