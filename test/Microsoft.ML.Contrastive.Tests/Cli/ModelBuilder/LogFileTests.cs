using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli.ModelBuilder;

public sealed class LogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-log-").FullName;

    private string Log => Path.Combine(_folder, "training.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_run_writes_behind_the_one_before()
    {
        File.WriteAllText(Log, "");
        foreach (string line in (string[])["first", "second"])
        {
            using var log = new LogFile(Log);
            log.WriteLine(line);
        }

        string[] lines = File.ReadAllLines(Log);
        Assert.Equal(["first", "second"], lines.Where(line => !line.StartsWith(LogFile.Heading, StringComparison.Ordinal)));
        Assert.Equal(4, lines.Length);
    }

    [Theory]
    [InlineData("<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n")]
    [InlineData("\0\u0001\u0002")]
    public void A_file_that_is_no_log_is_left_alone(string content)
    {
        File.WriteAllText(Log, content);
        Assert.Contains("--log-file-path", Assert.Throws<UsageException>(() => new LogFile(Log)).Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Log));
    }

    [Fact]
    public void A_folder_is_no_file() => Assert.Contains("cannot be written", Assert.Throws<IOException>(() => new LogFile(_folder)).Message, StringComparison.Ordinal);
}
