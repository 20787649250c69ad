using System.Text.Json;

namespace Microsoft.ML.Contrastive.Tests.Build;

/// <summary>What <c>-p:TorchBackend=…</c> makes of an application, asked of MSBuild itself: nothing is restored or built.</summary>
public class TorchBackendTests
{
    [Theory]
    [InlineData(null, "TorchSharp-cpu")]
    [InlineData("cpu", "TorchSharp-cpu")]
    [InlineData("cuda", "TorchSharp-cuda-linux")]
    [InlineData("external", null)]
    public void The_back_end_decides_which_native_torch_an_application_carries(string? backend, string? package)
    {
        (int exitCode, string output) = CollectPackages(backend);

        Assert.True(exitCode == 0, output);
        using var answer = JsonDocument.Parse(output);
        string?[] native =
        [
            .. answer.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString())
                .Where(name => name!.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase)),
        ];
        Assert.Equal(package is null ? [] : [package], native);
    }

    [Fact]
    public void An_unknown_back_end_stops_the_restore_and_names_those_that_there_are()
    {
        (int exitCode, string output) = CollectPackages("foo");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("TorchBackend is 'foo'; allowed: cpu, cuda, external.", output, StringComparison.Ordinal);
    }

    /// <summary>Runs the target by which a restore learns the packages of a project.</summary>
    private static (int ExitCode, string Output) CollectPackages(string? backend)
    {
        string[] choice = backend is null ? [] : [$"-property:TorchBackend={backend}"];
        return MsBuild.Run(Path.Combine("samples", "Quickstart", "Quickstart.csproj"), ["-target:CollectPackageReferences", "-getItem:PackageReference", .. choice]);
    }
}
