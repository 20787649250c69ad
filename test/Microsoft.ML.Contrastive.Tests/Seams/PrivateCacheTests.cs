using System.Runtime.Versioning;
using Microsoft.ML.Contrastive.Seams;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Seams;

[SupportedOSPlatform("linux")]
public sealed class PrivateCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("contrastive-cache-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Only_the_user_may_enter_and_the_name_follows_the_content()
    {
        string folder = Path.Combine(_root, "cache");

        string one = PrivateCache.Publish(folder, "lib", ".so", [1]);
        string two = PrivateCache.Publish(folder, "lib", ".so", [2]);

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(one));
        Assert.Equal([1], File.ReadAllBytes(one));
        Assert.Equal([2], File.ReadAllBytes(two));
        Assert.Equal(one, PrivateCache.Publish(folder, "lib", ".so", [1]));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder).Length);
    }

    [Fact]
    public void A_damaged_copy_is_replaced()
    {
        string path = PrivateCache.Publish(_root, "lib", ".so", [1, 2, 3]);
        File.WriteAllBytes(path, [1]);

        Assert.Equal(path, PrivateCache.Publish(_root, "lib", ".so", [1, 2, 3]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_link_in_the_place_of_the_copy_is_replaced_and_not_followed()
    {
        string path = PrivateCache.Publish(_root, "lib", ".so", [1, 2, 3]);
        string elsewhere = Path.Combine(_root, "elsewhere");
        File.Move(path, elsewhere);
        File.CreateSymbolicLink(path, elsewhere);

        PrivateCache.Publish(_root, "lib", ".so", [1, 2, 3]);

        Assert.Null(new FileInfo(path).LinkTarget);
    }

    [Fact]
    public void A_folder_that_others_may_write_to_is_refused()
    {
        File.SetUnixFileMode(_root, File.GetUnixFileMode(_root) | UnixFileMode.OtherWrite);

        Assert.Throws<UnauthorizedAccessException>(() => PrivateCache.Publish(_root, "lib", ".so", [1]));
        Assert.Throws<UnauthorizedAccessException>(() => PrivateCache.Publish(Path.Combine(_root, "below"), "lib", ".so", [1]));
    }

    [Fact]
    public void A_link_in_the_place_of_the_folder_is_refused()
    {
        string link = Path.Combine(_root, "link");
        Directory.CreateSymbolicLink(link, Directory.CreateDirectory(Path.Combine(_root, "real")).FullName);

        Assert.Throws<UnauthorizedAccessException>(() => PrivateCache.Publish(link, "lib", ".so", [1]));
    }

    [Fact]
    public void Many_writers_at_once_leave_one_whole_file()
    {
        byte[] content = new byte[1 << 20];
        new Random(1).NextBytes(content);

        Parallel.For(0, 16, _ => Assert.Equal(content, File.ReadAllBytes(PrivateCache.Publish(_root, "lib", ".so", content))));

        Assert.Single(Directory.GetFileSystemEntries(_root));
    }
}
