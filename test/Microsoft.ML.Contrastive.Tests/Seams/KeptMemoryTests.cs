using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public sealed class KeptMemoryTests
{
    /// <summary>In a process of its own, as it is of use to the main thread.</summary>
    [Fact]
    public async Task Tensors_that_are_freed_and_asked_for_again_cost_no_new_pages_and_the_system_gets_them_back_at_the_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "glibc's allocator is Linux's.");
        long[] run = await Run(tunables: null);
        (long without, long with, long kept, long after) = (run[0], run[1], run[2], run[3]);
        Assert.True(with < without / 10, $"{without} page faults without, {with} with kept memory.");
        Assert.True(after < kept - 20, $"{kept} MiB were resident, {after} MiB afterwards.");
    }

    [Fact]
    public async Task Whoever_tunes_the_allocator_decides()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "glibc's allocator is Linux's.");
        long[] run = await Run(tunables: "glibc.malloc.mmap_max=65536");
        Assert.True(run[1] > run[0] / 2, $"{run[0]} page faults without, {run[1]} with kept memory.");
    }

    private static async Task<long[]> Run(string? tunables)
    {
        string program = typeof(KeptMemoryTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Child").Value!;
        var start = new ProcessStartInfo("dotnet", [program, "memory"]) { RedirectStandardOutput = true };
        if (tunables is not null)
            start.Environment["GLIBC_TUNABLES"] = tunables;
        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);
        return [.. output.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
    }
}
