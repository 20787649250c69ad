using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>The same views in processes that are denied some of the hardware: 512, 256 and 128 bits, and one value after the other, which is the reference.</summary>
public sealed class LaneWidthTests
{
    [Fact]
    public async Task Every_width_of_lanes_renders_the_same_pixels()
    {
        (int Bits, string[] Hashes)[] runs = await Task.WhenAll(
            Render("DOTNET_EnableHWIntrinsic"), Render("DOTNET_EnableAVX2"), Render("DOTNET_EnableAVX512"), Render(switchedOff: null));

        (int bits, string[] reference) = runs[0];
        Assert.Equal(0, bits);
        Assert.Equal(6, reference.Length);
        Assert.All(runs, run => Assert.Equal(reference, run.Hashes));
        if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated)
            Assert.Equal([0, 128, 256, 512], runs.Select(run => run.Bits));
    }

    private static async Task<(int Bits, string[] Hashes)> Render(string? switchedOff)
    {
        string program = typeof(LaneWidthTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Child").Value!;
        var start = new ProcessStartInfo("dotnet", [program, "views"]) { RedirectStandardOutput = true };
        if (switchedOff != null)
            start.Environment[switchedOff] = "0";
        using Process child = Process.Start(start)!;
        string[] lines = (await child.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await child.WaitForExitAsync();
        Assert.Equal(0, child.ExitCode);
        return (int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1..]);
    }
}
