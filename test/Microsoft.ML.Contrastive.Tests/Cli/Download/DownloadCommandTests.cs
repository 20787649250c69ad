using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli.Download;

/// <summary>The verb <c>download</c> as it is typed.</summary>
public sealed class DownloadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-download-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_cannot_be_meant_is_refused_in_a_line()
    {
        Assert.Contains("cifar10", await ToolRun.Refusal(ExitCode.Usage, "download", "cifar11"), StringComparison.Ordinal);
        Assert.Contains("no http or https address", await ToolRun.Refusal(ExitCode.Usage, "download", "cifar10", "--mirror", "ftp://x"), StringComparison.Ordinal);
        Assert.Contains("there is no file or folder", await ToolRun.Refusal(ExitCode.Usage, "download", "cifar10", "--output", Path.Combine(_folder, "x"), "--from", Path.Combine(_folder, "none")), StringComparison.Ordinal);
        Assert.Contains("train-images-idx3-ubyte.gz is not among", await ToolRun.Refusal(ExitCode.Usage, "download", "fashion-mnist", "--output", Path.Combine(_folder, "x"), "--from", _folder), StringComparison.Ordinal);
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "x");
        Assert.Contains("is a file", await ToolRun.Refusal(ExitCode.Usage, "download", "cifar10", "--output", file), StringComparison.Ordinal);
        Assert.Contains("has 1 bytes", await ToolRun.Refusal(ExitCode.Failure, "download", "cifar10", "--output", Path.Combine(_folder, "x"), "--from", file), StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(Path.Combine(_folder, "x")) ? Directory.GetFileSystemEntries(Path.Combine(_folder, "x")) : []);
    }

    [Fact]
    public async Task A_mirror_is_asked_by_the_name_of_the_file_and_quoted_when_it_has_none()
    {
        string? asked = null;
        using var server = new LocalServer((context, _) =>
        {
            asked = context.Request.RawUrl;
            context.Response.StatusCode = 404;
            context.Response.Close();
        });
        string said = await ToolRun.Refusal(ExitCode.Failure, "download", "cifar10", "--output", Path.Combine(_folder, "x"), "--mirror", server.Address + "sets");
        Assert.Contains("404", said, StringComparison.Ordinal);
        Assert.Equal("/sets/cifar-10-binary.tar.gz", asked);
    }
}
