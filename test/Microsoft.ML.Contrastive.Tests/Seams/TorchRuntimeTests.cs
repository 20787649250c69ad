using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public class TorchRuntimeTests
{
    [Fact]
    public void Torch_works_once_it_is_loaded_and_nothing_was_copied_beside_the_application()
    {
        TorchRuntime.EnsureLoaded();

        using torch.Tensor sum = torch.ones(3).sum();
        Assert.Equal(3f, sum.item<float>());
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")), "TorchSharp's own loader copied the native libraries.");
    }

    [Fact]
    public async Task Processes_that_start_together_on_an_empty_cache_all_get_torch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The copy is made on Linux only.");
        string library = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"), cache = Directory.CreateTempSubdirectory("contrastive-cache-").FullName;
        byte[] before = SHA256.HashData(File.ReadAllBytes(library));
        try
        {
            Process[] children = [.. Enumerable.Range(0, 4).Select(_ => StartChild(cache))];
            foreach (Process child in children)
            {
                using (child)
                {
                    string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                    await child.WaitForExitAsync(TestContext.Current.CancellationToken);
                    Assert.True(child.ExitCode == 0, output);
                }
            }

            // None where the plain load succeeds, else one and nothing half-written.
            string[] copies = Directory.GetFiles(cache, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
            Assert.True(copies.Length <= 1, string.Join('\n', copies));
            Assert.All(copies, c => Assert.EndsWith(".so", c, StringComparison.Ordinal));
            Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(library)));
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }

        static Process StartChild(string cache)
        {
            string thisTest = $"{typeof(TorchRuntimeTests).FullName}.{nameof(Torch_works_once_it_is_loaded_and_nothing_was_copied_beside_the_application)}";
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(typeof(TorchRuntimeTests).Assembly.Location);
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add(thisTest);
            start.Environment["XDG_CACHE_HOME"] = cache;
            return Process.Start(start)!;
        }
    }

    [Fact]
    public void A_missing_symbol_version_is_named_with_the_library_and_the_remedy()
    {
        const string Reason = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.99' not found (required by /app/libtorch_cpu.so)";

        TorchNativeLibraryException e = TorchRuntime.Failure("libtorch_cpu.so", Reason, null);

        Assert.Equal("libtorch_cpu.so", e.Library);
        Assert.Equal("GLIBCXX_3.4.99", e.SymbolVersion);
        Assert.Contains("libtorch_cpu.so", e.Message, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_3.4.99", e.Message, StringComparison.Ordinal);
        Assert.Contains("LD_LIBRARY_PATH", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_named_with_the_packages_that_bring_it()
    {
        TorchNativeLibraryException e = TorchRuntime.Failure("libtorch.so", "libtorch.so: cannot open shared object file", null);

        Assert.Null(e.SymbolVersion);
        Assert.Contains("libtorch.so", e.Message, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cpu", e.Message, StringComparison.Ordinal);
        Assert.Contains("TorchBackend", e.Message, StringComparison.Ordinal);
    }
}
