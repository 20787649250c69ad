using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Cli.Download;

namespace Microsoft.ML.Contrastive.Tests.Cli.Download;

/// <summary>A file arrives whole or not at all, whatever the server and the disk do.</summary>
public sealed class FileDownloadTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"contrastive-download-{Guid.NewGuid():N}");
    private readonly byte[] _bytes = new byte[300_000];
    private readonly PublishedFile _file;
    private readonly HttpClient _client = new();

    public FileDownloadTests()
    {
        new Random(1).NextBytes(_bytes);
        _file = new PublishedFile("data.bin", new Uri("http://localhost/"), _bytes.Length, HashAlgorithmName.SHA256, Convert.ToHexStringLower(SHA256.HashData(_bytes)));
    }

    private string Whole => Path.Combine(_folder, "data.bin");

    private string Part => Whole + ".part";

    private FileDownload Download => new(_client, _folder) { Pause = TimeSpan.Zero, Patience = TimeSpan.FromSeconds(20), Attempts = 3 };

    public void Dispose()
    {
        _client.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> Error(LocalServer server)
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => Download.GetAsync(_file, server.Address, default));
        Assert.False(File.Exists(Whole));
        return error.Message;
    }

    [Fact]
    public async Task A_file_is_got_and_known_again()
    {
        using var server = new LocalServer((context, _) => LocalServer.Send(context, _bytes));
        var seen = new List<long>();
        var download = new FileDownload(_client, _folder) { Progress = (_, bytes, _) => seen.Add(bytes) };
        Assert.False(download.IsThere(_file));
        await download.GetAsync(_file, server.Address, default);
        Assert.Equal(_bytes, File.ReadAllBytes(Whole));
        Assert.True(download.IsThere(_file));
        Assert.Equal([Whole], Directory.GetFiles(_folder));
        Assert.Equal((0, _bytes.Length), (seen[0], seen[^1]));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_continued_where_it_broke()
    {
        using var server = new LocalServer((context, number) => LocalServer.Send(context, _bytes, breakAfter: number < 4 ? 60_000 : null));
        await Download.GetAsync(_file, server.Address, default);
        Assert.Equal(_bytes, File.ReadAllBytes(Whole));
        Assert.Equal([null, "bytes=60000-", "bytes=120000-", "bytes=180000-", "bytes=240000-"], server.Ranges);
    }

    [Fact]
    public async Task What_an_earlier_command_began_is_continued()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Part, _bytes[..100_000]);
        using var server = new LocalServer((context, _) => LocalServer.Send(context, _bytes));
        await Download.GetAsync(_file, server.Address, default);
        Assert.Equal(_bytes, File.ReadAllBytes(Whole));
        Assert.Equal(["bytes=100000-"], server.Ranges);
    }

    [Fact]
    public async Task A_server_that_cannot_continue_sends_the_whole()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Part, new byte[100_000]);
        using var server = new LocalServer((context, _) => LocalServer.Send(context, _bytes, ranges: false));
        await Download.GetAsync(_file, server.Address, default);
        Assert.Equal(_bytes, File.ReadAllBytes(Whole));
    }

    [Fact]
    public async Task A_server_that_always_breaks_off_is_given_up_and_what_came_stays()
    {
        using var server = new LocalServer((context, number) => LocalServer.Send(context, _bytes, breakAfter: number == 0 ? 60_000 : 0));
        string said = await Error(server);
        Assert.Contains("beyond byte 60000 of 300000", said, StringComparison.Ordinal);
        Assert.Contains("--from data.bin", said, StringComparison.Ordinal);
        Assert.Equal(60_000, new FileInfo(Part).Length);
        Assert.Equal(4, server.Ranges.Count);
    }

    [Fact]
    public async Task Another_content_is_refused_and_removed()
    {
        byte[] other = [.. _bytes];
        other[150_000]++;
        using var server = new LocalServer((context, _) => LocalServer.Send(context, other));
        Assert.Contains("is not the published data.bin", await Error(server), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task More_than_was_published_is_refused()
    {
        using var server = new LocalServer((context, _) => LocalServer.Send(context, [.. _bytes, 0]));
        Assert.Contains("sends more than the 300000 bytes", await Error(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(503, 3)]
    public async Task A_server_that_refuses_is_quoted(int status, int requests)
    {
        using var server = new LocalServer((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Close();
        });
        Assert.Contains($"{status}", await Error(server), StringComparison.Ordinal);
        Assert.Equal(requests, server.Ranges.Count);
    }

    [Fact]
    public async Task A_server_that_sends_nothing_is_not_waited_for()
    {
        using var server = new LocalServer((_, _) => { });
        var download = new FileDownload(_client, _folder) { Pause = TimeSpan.Zero, Patience = TimeSpan.FromMilliseconds(100), Attempts = 2 };
        Exception error = await Assert.ThrowsAsync<IOException>(() => download.GetAsync(_file, server.Address, default));
        Assert.Contains("has sent nothing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_connection_it_says_what_to_do()
    {
        Exception error = await Assert.ThrowsAsync<IOException>(() => Download.GetAsync(_file, new Uri("http://no-such-host.invalid/data.bin"), default));
        Assert.Contains("http://no-such-host.invalid/data.bin cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
        Assert.Contains("--from data.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing_that_looks_whole()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no device that is always full.");
        Directory.CreateDirectory(_folder);
        File.CreateSymbolicLink(Part, "/dev/full");
        using var server = new LocalServer((context, _) => LocalServer.Send(context, _bytes));
        Assert.Contains("Make room there", await Error(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_fit_is_not_begun()
    {
        PublishedFile huge = _file with { Length = long.MaxValue / 2 };
        using var server = new LocalServer((context, _) => LocalServer.Send(context, _bytes));
        Exception error = await Assert.ThrowsAsync<IOException>(() => Download.GetAsync(huge, server.Address, default));
        Assert.Contains("Make room there", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public void A_file_from_the_disk_is_taken_when_it_is_the_published_one()
    {
        Directory.CreateDirectory(_folder);
        string source = Path.Combine(_folder, "source");
        File.WriteAllBytes(source, _bytes[1..]);
        Assert.Contains("299999 bytes", Assert.Throws<InvalidDataException>(() => Download.Take(_file, source)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(source, new byte[_bytes.Length]);
        Assert.Contains("is not the published", Assert.Throws<InvalidDataException>(() => Download.Take(_file, source)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(source, _bytes);
        Download.Take(_file, source);
        Assert.Equal(_bytes, File.ReadAllBytes(Whole));
        Assert.Equal([Whole, source], Directory.GetFiles(_folder).Order());
    }

    [Fact]
    public void Another_file_of_the_name_is_not_overwritten()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Whole, "mine");
        Assert.Contains("is not the published file", Assert.Throws<InvalidDataException>(() => Download.IsThere(_file)).Message, StringComparison.Ordinal);
    }
}
