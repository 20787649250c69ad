using System.Runtime.InteropServices;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>The environment that native libraries see. On Unix .NET's own <see cref="Environment.SetEnvironmentVariable(string, string)"/> changes a copy that they do not read.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable, unless somebody has set it already. What was set through .NET only is handed on.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="value">Its value.</param>
    public static void SetDefault(string name, string value)
    {
        value = Environment.GetEnvironmentVariable(name) ?? value;
        if (OperatingSystem.IsWindows())
            Environment.SetEnvironmentVariable(name, value);
        else
            _ = SetEnvironmentVariable(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
