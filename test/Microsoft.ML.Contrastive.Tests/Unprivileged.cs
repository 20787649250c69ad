using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>A user whom the modes of files bind: containers run tests as root, who may read everything.</summary>
internal static partial class Unprivileged
{
    private const uint Nobody = 65534;

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Readable = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>What nobody, who owns nothing, gets thrown.</summary>
    /// <param name="root">The test's folder, which is readable.</param>
    /// <param name="forbidden">Files and folders in it that are not, as long as it lasts.</param>
    /// <param name="action">What is done.</param>
    public static Exception? Error(string root, string[] forbidden, Action action)
    {
        Exception? error = null;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a system that counts the user of file accesses by thread");
        if (!OperatingSystem.IsLinux())
            return error;
        File.SetUnixFileMode(root, Readable);
        foreach (string path in forbidden)
            File.SetUnixFileMode(path, UnixFileMode.None);
        var thread = new Thread(() =>
        {
            // Whoever is not root stays who he is, which will do.
            _ = SetFileSystemUser(Nobody);
            error = Record.Exception(action);
        });
        thread.Start();
        thread.Join();
        foreach (string path in forbidden)
            File.SetUnixFileMode(path, Owner);
        return error;
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
